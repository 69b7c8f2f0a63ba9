use super::lexer::{Token, TokenKind, tokens};
use crate::place::line_of;

/// A resource: `TYPE { 'TITLE': name => value, … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The title without its quotes.
    pub title: String,
    /// Counted from one.
    pub line: usize,
    /// The arguments by their first token as it is written, with their lines; for a variable, what it is given.
    pub arguments: Vec<(String, String, usize)>,
}

impl Declaration {
    /// The value of an argument, as it is written, with its line.
    pub fn argument(&self, name: &str) -> Option<(&str, usize)> {
        self.arguments
            .iter()
            .find(|(other, ..)| other == name)
            .map(|(_, value, line)| (value.as_str(), *line))
    }
}

/// Finds the resources of a type in some code.
pub fn declarations(code: &str, resource_type: &str) -> Vec<Declaration> {
    if !code.contains(resource_type) {
        return Vec::new();
    }
    let tokens = tokens(code);
    let begins = |index: &usize| {
        tokens[*index].kind == TokenKind::Word
            && tokens[*index].text.trim_start_matches("::") == resource_type
            && tokens.get(index + 1).is_some_and(|t| t.text == "{")
            && tokens.get(index + 3).is_some_and(|t| t.text == ":")
    };
    (0..tokens.len())
        .filter(begins)
        .map(|index| declaration(code, &tokens, &tokens[index..]))
        .collect()
}

fn declaration(code: &str, all: &[Token<'_>], tokens: &[Token<'_>]) -> Declaration {
    let mut arguments = Vec::new();
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(1) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "=>" if depth == 1 => {
                if let (Some(name), Some(value)) = (tokens.get(index - 1), tokens.get(index + 1)) {
                    let value = literal(all, value).unwrap_or(value);
                    arguments.push((
                        name.text.to_owned(),
                        value.text.to_owned(),
                        line_of(code, value.at),
                    ));
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    Declaration {
        title: tokens[2].text.trim_matches(['\'', '"']).to_owned(),
        line: line_of(code, tokens[0].at),
        arguments,
    }
}

/// What a variable is given in the same code, as an assignment or as the default of a parameter: a single word or text.
fn literal<'a, 'b>(tokens: &'b [Token<'a>], variable: &Token<'a>) -> Option<&'b Token<'a>> {
    if variable.kind != TokenKind::Variable {
        return None;
    }
    let given = tokens.windows(4).find(|four| {
        four[0].kind == TokenKind::Variable
            && four[0].text == variable.text
            && four[1].text == "="
            && matches!(four[2].kind, TokenKind::Word | TokenKind::Text)
            && four[3].text != "("
    })?;
    Some(&given[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_found_with_their_arguments() {
        let code = "# service::node { 'no': port => 1 }\nclass a {\n    service::node { 'chart-renderer':\n        \
                    port   => 6284,\n        config => { port => 9 },\n    }\n    service::node::config { 'x': }\n}\n";
        let found = declarations(code, "service::node");
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].title.as_str(), found[0].line),
            ("chart-renderer", 3)
        );
        assert_eq!(found[0].argument("port"), Some(("6284", 4)));
    }

    #[test]
    fn a_variable_stands_for_what_it_is_given() {
        let code = |given: &str| {
            format!(
                "class a(\n    $port{given},\n) {{\n    service::node {{ 'a': port => $port }}\n}}\n"
            )
        };
        let port = |code: &str| {
            let found = declarations(code, "service::node");
            let (value, line) = found[0].argument("port").unwrap();
            (value.to_owned(), line)
        };
        assert_eq!(port(&code(" = 8192")), ("8192".into(), 2));
        assert_eq!(port(&code(" = '8192'")), ("'8192'".into(), 2));
        assert_eq!(port(&code("")), ("$port".into(), 4));
        assert_eq!(port(&code(" = lookup('a::port')")), ("$port".into(), 4));
    }
}
