use serde_json::json;

use serde_json::Value;

use super::*;

#[test]
fn types_keep_their_meaning_when_printed() {
    for text in [
        "String",
        "String[1]",
        "Integer[1, default]",
        "Array[String]",
        "Array[Integer, 1, 3]",
        "Hash[String, Variant[Integer, Boolean]]",
        "Optional[Enum['a', 'it\\'s']]",
        "Stdlib::Port",
        "Pattern[/\\A[a-z\\/]+\\z/]",
        "Struct[{'mode' => Enum['x', 'y'], Optional['path'] => Stdlib::Unixpath}]",
        "Tuple[Integer, String]",
        "Sensitive[String]",
        "Float[-1.5, 2e3]",
    ] {
        let parsed = DataType::parse(text).unwrap();
        assert_eq!(parsed.to_string(), text);
        assert_eq!(DataType::parse(&parsed.to_string()).unwrap(), parsed);
    }
}

#[test]
fn words_without_quotes_are_texts_where_puppet_takes_them_so() {
    for (text, printed) in [
        ("Enum[read, 'write']", "Enum['read', 'write']"),
        ("Optional[auto]", "Optional['auto']"),
        (
            "Struct[{host => String, NotUndef[port] => Integer}]",
            "Struct[{'host' => String, NotUndef['port'] => Integer}]",
        ),
    ] {
        assert_eq!(DataType::parse(text).unwrap().to_string(), printed);
    }
}

#[test]
fn what_is_no_type_is_refused_with_the_rule() {
    let rule = |t: &str| DataType::parse(t).unwrap_err().rule;
    assert_eq!(
        rule("Strng"),
        "`Strng` is not a type that hieradata can hold; did you mean `String`?"
    );
    assert_eq!(rule("Array[String"), "`]` is missing at the end");
    for (word, type_) in [
        ("string", "String"),
        ("bool", "Boolean"),
        ("int", "Integer"),
        ("number", "Numeric"),
        ("list", "Array"),
        ("object", "Hash"),
    ] {
        assert_eq!(rule(word), format!("did you mean `{type_}`?"));
    }
    assert_eq!(
        rule("x"),
        "a type begins with a capital letter, such as `String` or `Stdlib::Port`"
    );
    assert_eq!(
        rule("String; notify"),
        "`; notify` is left over after the type"
    );
    assert!(DataType::parse(&"Array[".repeat(100)).is_err());
    assert!(DataType::parse("Enum[\"${x}\"]").is_err());
    assert!(DataType::parse("Pattern[/a\nb/]").is_err());
    assert_eq!(
        rule("Array[string]"),
        "`string` is where a type is expected"
    );
}

#[test]
fn values_are_checked() {
    let check = |t: &str, v: Value| DataType::parse(t).unwrap().check(&v);
    assert!(check("Array[String, 1]", json!(["a"])).is_ok());
    assert!(check("Array[String, 1]", json!([])).is_err());
    assert!(check("Optional[Integer]", json!(null)).is_ok());
    assert!(
        check(
            "Struct[{'a' => Integer, Optional['b'] => String}]",
            json!({"a": 1})
        )
        .is_ok()
    );
    assert!(check("Struct[{'a' => Integer}]", json!({"a": 1, "c": 2})).is_err());
    assert!(check("Tuple[Integer, String]", json!([1, "x"])).is_ok());
    assert!(check("Float", json!(1)).is_err());
    assert_eq!(
        check("Integer[1, 10]", json!(11)),
        Err("`Integer[1, 10]` does not hold the number 11".into())
    );
}
