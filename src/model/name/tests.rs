use super::*;

#[test]
fn service_names_follow_the_contract() {
    for good in [
        "a",
        "mathoid",
        "trending-edits",
        "x2",
        "3d-not".trim_start_matches("3d-"),
        &"a".repeat(63),
    ] {
        assert!(ServiceName::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "A",
        "3d",
        "a-",
        "-a",
        "a--b",
        "a_b",
        "a b",
        "node",
        "yes",
        "null",
        "a\n",
        "é",
        &"a".repeat(64),
    ] {
        assert!(ServiceName::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_refusal_quotes_the_text_and_the_rule() {
    let refused = ServiceName::parse("a--b\n").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`a--b\\n` is not a service name: lower-case letters, digits and single hyphens, beginning with a letter \
         and not ending with a hyphen"
    );
}

#[test]
fn paths_cannot_leave_their_folder() {
    for bad in [
        "../x", "a/../b", "/a", "a//b", "a/.git/x", "a/b.git", "-a", "a/-b", "a/b/", "a b", "a:b",
    ] {
        assert!(RepositoryName::parse(bad).is_err(), "{bad}");
    }
    assert!(RepositoryName::parse("mediawiki/services/chromium-render/deploy").is_ok());
    assert!(BranchName::parse("a..b").is_err() && BranchName::parse("-x").is_err());
    assert!(BranchName::parse("release/1.2").is_ok());
}

#[test]
fn an_address_for_mail_has_something_on_both_sides() {
    for bad in [
        "not an address",
        "ada",
        "@example.org",
        "ada@",
        "a@b@c",
        "ada @example.org",
        "ada@example.org\n",
        "a\u{200b}@example.org",
        "",
    ] {
        assert!(MailAddress::parse(bad).is_err(), "{bad:?}");
    }
    for good in ["ada@example.org", "ada+tea@localhost", "é@example.org"] {
        assert!(MailAddress::parse(good).is_ok(), "{good}");
    }
}

#[test]
fn a_revision_is_a_whole_name() {
    let whole = "0123456789abcdef0123456789abcdef01234567";
    assert_eq!(Revision::parse(whole).unwrap().short(), "0123456");
    for bad in [
        "",
        "HEAD",
        "0123456",
        &whole.to_uppercase(),
        &format!("{whole}0"),
        "g123456789abcdef0123456789abcdef01234567",
    ] {
        assert!(Revision::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn ports_are_unprivileged() {
    assert!(Port::new(1023).is_err() && Port::new(65536).is_err() && Port::new(-1).is_err());
    assert_eq!(Port::new(6699).unwrap().number(), 6699);
}
