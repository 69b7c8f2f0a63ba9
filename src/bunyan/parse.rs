//! JSON as `JSON.parse` reads it. Libraries for Rust refuse half a surrogate pair and numbers without end, and logs have both.

use super::object::Object;
use super::text::Text;
use super::value::Value;

/// How deep values may be nested; deeper is not a log.
const DEPTH: usize = 500;

/// Reads a text that is one value.
pub(super) fn parse(text: &str) -> Option<Value> {
    let mut parser = Parser {
        rest: text,
        depth: 0,
    };
    let value = parser.value()?;
    parser.skip_space();
    parser.rest.is_empty().then_some(value)
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn skip_space(&mut self) {
        let space = [' ', '\t', '\n', '\r'];
        self.rest = self.rest.trim_start_matches(space);
    }

    fn take(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// A sign that may stand here, behind white space.
    fn takes(&mut self, text: &str) -> bool {
        self.skip_space();
        self.take(text).is_some()
    }

    fn value(&mut self) -> Option<Value> {
        self.skip_space();
        match self.rest.bytes().next()? {
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b'"' => self.text().map(Value::Text),
            b't' => self.take("true").map(|()| Value::Bool(true)),
            b'f' => self.take("false").map(|()| Value::Bool(false)),
            b'n' => self.take("null").map(|()| Value::Null),
            _ => self.number().map(Value::Number),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Option<Value>) -> Option<Value> {
        self.depth += 1;
        let value = (self.depth <= DEPTH).then(|| read(self)).flatten();
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Option<Value> {
        self.take("{")?;
        let mut object = Object::default();
        if self.takes("}") {
            return Some(Value::Object(object));
        }
        loop {
            self.skip_space();
            let key = self.text()?;
            self.skip_space();
            self.take(":")?;
            object.set(key, self.value()?);
            if self.takes("}") {
                return Some(Value::Object(object));
            }
            self.take(",")?;
        }
    }

    fn array(&mut self) -> Option<Value> {
        self.take("[")?;
        let mut values = Vec::new();
        if self.takes("]") {
            return Some(Value::Array(values));
        }
        loop {
            values.push(self.value()?);
            if self.takes("]") {
                return Some(Value::Array(values));
            }
            self.take(",")?;
        }
    }

    fn text(&mut self) -> Option<Text> {
        self.take("\"")?;
        let mut text = Text::default();
        loop {
            let plain = |c: char| c != '"' && c != '\\' && c >= ' ';
            let end = self.rest.find(|c| !plain(c))?;
            let (before, rest) = self.rest.split_at(end);
            text.push_str(before);
            self.rest = rest;
            if self.take("\"").is_some() {
                return Some(text);
            }
            // A control character has to be escaped.
            self.take("\\")?;
            text.push_unit(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<u16> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        let unit = match letter {
            '"' | '\\' | '/' => letter as u16,
            'b' => 0x08,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            'u' => {
                let digits = self.rest.get(..4)?;
                let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                self.rest = &self.rest[4..];
                u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)?
            }
            _ => return None,
        };
        Some(unit)
    }

    fn number(&mut self) -> Option<f64> {
        let whole = self.rest;
        let _negative = self.take("-");
        if self.take("0").is_none() {
            self.digits()?;
        }
        if self.take(".").is_some() {
            self.digits()?;
        }
        if self.take("e").or_else(|| self.take("E")).is_some() {
            let _sign = self.take("+").or_else(|| self.take("-"));
            self.digits()?;
        }
        whole[..whole.len() - self.rest.len()].parse().ok()
    }

    fn digits(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let has_some = rest.len() < self.rest.len();
        self.rest = rest;
        has_some.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_by_its_grammar() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "-",
            "nul",
            "\"\t\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\\u+123\"",
            "\"",
            "{a:1}",
            "{\"a\" 1}",
            "[1 2]",
            "1 2",
            "'a'",
            "NaN",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        for text in [
            " {} ",
            "[]",
            "-0.5e-3",
            "0",
            "1E+2",
            "\"\\ud83d\"",
            "[ 1 , [ ] ]\r\n",
            "1e999",
        ] {
            assert!(parse(text).is_some(), "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }

    #[test]
    fn the_last_of_two_keys_counts_in_the_place_of_the_first() {
        let value = parse(r#"{"b":1,"2":2,"a":3,"b":4,"1":5}"#);
        let Some(Value::Object(object)) = value else {
            panic!("an object")
        };
        let entries = object.entries().into_iter();
        let shown: Vec<String> = entries
            .map(|(key, value)| format!("{key}={value:?}"))
            .collect();
        assert_eq!(
            shown.join(" "),
            "1=Number(5.0) 2=Number(2.0) b=Number(4.0) a=Number(3.0)"
        );
    }
}
