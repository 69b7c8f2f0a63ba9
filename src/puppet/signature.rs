use super::lexer::{Token, TokenKind, tokens};

/// The parameters of a define or class, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub parameters: Vec<SignatureParameter>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureParameter {
    pub name: String,
    /// The type as it is written, where there is one.
    pub data_type: Option<String>,
    /// The default as it is written; a parameter without one is required.
    pub default: Option<String>,
}

impl Signature {
    /// Finds a parameter.
    pub fn find(&self, name: &str) -> Option<&SignatureParameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
    }

    /// Whether there is a parameter.
    pub fn knows(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether parameters have types here.
    pub fn is_typed(&self) -> bool {
        self.parameters
            .iter()
            .any(|parameter| parameter.data_type.is_some())
    }
}

/// Reads the parameters of `define NAME(…)` or `class NAME(…)`; `None` where the code has no such thing.
pub fn signature(code: &str, keyword: &str, name: &str) -> Option<Signature> {
    let tokens = tokens(code);
    let begin = tokens.windows(2).position(|pair| {
        pair[0].kind == TokenKind::Word
            && pair[0].text == keyword
            && pair[1].text.trim_start_matches("::") == name
    })?;
    let after = &tokens[begin + 2..];
    if after.first()?.text != "(" {
        return Some(Signature {
            parameters: Vec::new(),
        });
    }
    let mut parameters = Vec::new();
    let (mut depth, mut start) = (0_usize, 1);
    for (index, token) in after.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = depth == 0 && token.text == ")";
        if ends || (depth == 1 && token.text == ",") {
            parameters.extend(parameter(code, &after[start..index]));
            start = index + 1;
        }
        if ends {
            return Some(Signature { parameters });
        }
    }
    None
}

fn parameter(code: &str, tokens: &[Token<'_>]) -> Option<SignatureParameter> {
    let at = tokens
        .iter()
        .position(|token| token.kind == TokenKind::Variable)?;
    let text = |tokens: &[Token<'_>]| {
        let (first, last) = (tokens.first()?, tokens.last()?);
        Some(code[first.at..last.at + last.text.len()].to_owned())
    };
    let default = match tokens.get(at + 1) {
        Some(sign) if sign.text == "=" => text(&tokens[at + 2..]),
        _ => None,
    };
    Some(SignatureParameter {
        name: tokens[at].text.trim_start_matches('$').to_owned(),
        data_type: text(&tokens[..at]),
        default,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_defaults_and_comments_are_told_apart() {
        let code = r#"
# define service::node($not_this)
define service::node(
    Stdlib::Port                       $port,
    Variant[Enum['external'], Boolean] $full_config = false, # a, comment)
    String                             $repo        = "${title}/deploy",
    # lint:ignore:x
    String $contact = lookup('contactgroups',
                             {'default_value' => 'a)d,mins'}),
    $untyped = undef
) { $x = 1 }
"#;
        let signature = signature(code, "define", "service::node").unwrap();
        let names: Vec<&str> = signature
            .parameters
            .iter()
            .map(|p| p.name.as_str())
            .collect();
        assert_eq!(names, ["port", "full_config", "repo", "contact", "untyped"]);
        assert_eq!(
            signature.find("full_config").unwrap().data_type.as_deref(),
            Some("Variant[Enum['external'], Boolean]")
        );
        assert_eq!(
            signature.find("repo").unwrap().default.as_deref(),
            Some("\"${title}/deploy\"")
        );
        assert!(signature.find("port").unwrap().default.is_none());
        assert!(signature.is_typed());
        assert_eq!(signature.find("untyped").unwrap().data_type, None);
    }

    #[test]
    fn what_is_not_there_is_none() {
        assert_eq!(signature("class a { }", "define", "service::node"), None);
        assert_eq!(
            signature("define service::node( $a", "define", "service::node"),
            None
        );
        assert_eq!(
            signature("class a { }", "class", "a").unwrap().parameters,
            []
        );
    }
}
