use std::ops::Range;

use regex::Regex;

use super::lexer::{Token, TokenKind, tokens};
use crate::place::{line_end, line_of, line_start};

/// A node of the main manifest: `node PATTERN, … { … }`.
#[derive(Debug, Clone)]
pub struct NodeBlock {
    /// The lines of the block, with the comment directly above it.
    pub span: Range<usize>,
    /// The line of `node`, counted from one.
    pub line: usize,
    pub patterns: Vec<NodePattern>,
    /// The roles that it gives to its hosts, without `role::`.
    pub roles: Vec<String>,
    /// How the first role is given: the code before its name.
    pub form: Option<&'static str>,
}

/// Which hosts a node stands for.
#[derive(Debug, Clone)]
pub enum NodePattern {
    Name(String),
    /// As it is written between its slashes, and compiled where it can be.
    Regex(String, Option<Regex>),
    Default,
}

/// Finds the nodes of a manifest, in their order.
pub fn node_blocks(code: &str) -> Vec<NodeBlock> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(found) = next_node(code, at) {
        let (mut patterns, mut cursor) = (Vec::new(), found + "node".len());
        while let Some((pattern, end)) = pattern(code, cursor) {
            patterns.push(pattern);
            cursor = end;
        }
        let Some(open) = code[cursor..].find('{').map(|open| cursor + open) else {
            break;
        };
        let (body, close) = body(&code[open..]);
        let end = line_end(code, open + close);
        let roles = roles(&body);
        blocks.push(NodeBlock {
            span: heading(code, found)..end,
            line: line_of(code, found),
            patterns,
            form: roles.first().map(|(form, _)| *form),
            roles: roles.into_iter().map(|(_, role)| role).collect(),
        });
        at = end.max(found + 1);
    }
    blocks
}

/// The next line that begins with `node`.
fn next_node(code: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while at < code.len() {
        let rest = &code[at..];
        if rest
            .strip_prefix("node")
            .is_some_and(|rest| rest.starts_with([' ', '\t']))
        {
            return Some(at);
        }
        let next = line_end(code, at);
        if next == at {
            break;
        }
        at = next;
    }
    None
}

/// The start of the comment lines directly above a line.
fn heading(code: &str, at: usize) -> usize {
    let mut start = at;
    while start > 0 {
        let previous = line_start(code, start - 1);
        if !code[previous..start].starts_with('#') {
            break;
        }
        start = previous;
    }
    start
}

/// The pattern after a byte, and where it ends.
fn pattern(code: &str, from: usize) -> Option<(NodePattern, usize)> {
    let skipped = code[from..].find(|c: char| !c.is_whitespace() && c != ',')?;
    let at = from + skipped;
    let rest = &code[at..];
    let first = rest.chars().next()?;
    match first {
        '\'' | '"' => {
            let end = rest[1..].find(first)? + 1;
            let name = rest[1..end].to_owned();
            Some((NodePattern::Name(name), at + end + 1))
        }
        '/' => {
            let mut escaped = false;
            let end = rest[1..].char_indices().find(|(_, c)| {
                let ends = *c == '/' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            })?;
            let text = &rest[1..=end.0];
            let pattern = Regex::new(&text.replace("\\/", "/")).ok();
            Some((NodePattern::Regex(text.to_owned(), pattern), at + end.0 + 2))
        }
        '{' => None,
        _ => {
            let end = rest
                .find(|c: char| c.is_whitespace() || c == ',' || c == '{')
                .unwrap_or(rest.len());
            let word = &rest[..end];
            let pattern = match word {
                "default" => NodePattern::Default,
                word => NodePattern::Name(word.to_owned()),
            };
            (end > 0).then_some((pattern, at + end))
        }
    }
}

/// The tokens in a pair of braces, and where it closes.
fn body(code: &str) -> (Vec<Token<'_>>, usize) {
    // A block ends long before the file does; splitting all of it each time would take a minute.
    let mut length = 1024;
    loop {
        let part = &code[..code.floor_char_boundary(length)];
        let tokens = tokens(part);
        let mut depth = 0_usize;
        for (index, token) in tokens.iter().enumerate() {
            match token.text {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return (tokens[..index].to_vec(), token.at);
            }
        }
        if part.len() == code.len() {
            return (tokens, code.len());
        }
        length *= 8;
    }
}

/// The roles that a body names: `role(a::b)`, `role a, b`, `include role::a`.
fn roles(body: &[Token<'_>]) -> Vec<(&'static str, String)> {
    // Of `::role::a`, the first two signs are no part of the word.
    let body: Vec<&Token<'_>> = body.iter().filter(|token| token.text != ":").collect();
    let mut roles = Vec::new();
    let mut index = 0;
    while let Some(token) = body.get(index) {
        let next = body.get(index + 1);
        index += 1;
        if token.kind != TokenKind::Word {
            continue;
        }
        let form = match (token.text, next.map(|next| next.text)) {
            ("role", Some("(")) => {
                index += 1;
                "role("
            }
            ("role", Some(_)) => "role ",
            ("include", Some(name)) if is_role(name) => "include role::",
            _ => continue,
        };
        while let Some(name) = body.get(index) {
            if name.kind == TokenKind::Word || name.kind == TokenKind::Text {
                let text = name.text.trim_matches(['\'', '"']);
                let text = text.trim_start_matches("::").trim_start_matches("role::");
                roles.push((form, text.to_owned()));
            }
            index += 1;
            if body.get(index).is_none_or(|token| token.text != ",") {
                break;
            }
            index += 1;
        }
    }
    roles
}

fn is_role(name: &str) -> bool {
    name.trim_start_matches("::").starts_with("role::")
}

impl NodeBlock {
    /// Whether the block stands for a host, by its name or by a pattern.
    pub fn matches(&self, host: &str) -> bool {
        self.patterns.iter().any(|pattern| match pattern {
            NodePattern::Name(name) => name == host,
            NodePattern::Regex(_, pattern) => pattern
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(host)),
            NodePattern::Default => false,
        })
    }

    /// What the block is sorted by: its first pattern, without the signs of a pattern.
    pub fn name(&self) -> Option<String> {
        match self.patterns.first()? {
            NodePattern::Name(name) => Some(name.clone()),
            NodePattern::Regex(text, _) => Some(plain(text)),
            NodePattern::Default => None,
        }
    }
}

/// A pattern as far as it is a name.
pub(crate) fn plain(pattern: &str) -> String {
    let pattern = pattern.trim_start_matches(['^', '(']);
    let end = pattern.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    pattern[..end.unwrap_or(pattern.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_found_with_their_roles() {
        let code = "# head\n\n# the first\nnode 'a1.x', /^b[12]\\/?\\.y$/ {\n    # role(no)\n    role(one::two)\n    \
                    if $x { include ::role::three }\n}\nnode default {\n}\nnode c {\n    role d, e\n}";
        let blocks = node_blocks(code);
        let all: Vec<_> = blocks
            .iter()
            .map(|block| (block.line, block.roles.join(" "), &code[block.span.clone()]))
            .collect();
        assert_eq!(all.len(), 3);
        assert_eq!((all[0].0, all[0].1.as_str()), (4, "one::two three"));
        assert!(all[0].2.starts_with("# the first\n") && all[0].2.ends_with("}\n"));
        assert_eq!((all[1].0, all[1].1.as_str()), (9, ""));
        assert_eq!(
            (all[2].0, all[2].1.as_str(), all[2].2),
            (11, "d e", "node c {\n    role d, e\n}")
        );
        assert!(
            blocks[0].matches("a1.x") && blocks[0].matches("b2.y") && !blocks[0].matches("b3.y")
        );
        assert_eq!(
            blocks.iter().map(|b| b.name()).collect::<Vec<_>>(),
            [Some("a1.x".into()), None, Some("c".into())]
        );
    }
}
