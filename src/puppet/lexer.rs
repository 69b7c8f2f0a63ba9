//! Splits Puppet code into tokens that know their place; comments and white space are left out.

/// A piece of code: a word, a variable, a string, or one sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) text: &'a str,
    /// The byte where it begins.
    pub(super) at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or number, with its `::`.
    Word,
    /// `$name`
    Variable,
    /// With its quotes.
    Text,
    /// `=>` or one character.
    Sign,
}

/// Splits code into tokens; what is left open at the end ends there.
pub(super) fn tokens(code: &str) -> Vec<Token<'_>> {
    let bytes = code.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let (kind, end) = match byte {
            _ if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'#' => {
                at += code[at..].find('\n').unwrap_or(code.len() - at);
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at += code[at..].find("*/").map_or(code.len() - at, |end| end + 2);
                continue;
            }
            b'\'' => (TokenKind::Text, quoted_end(bytes, at, b'\'')),
            b'"' => (TokenKind::Text, quoted_end(bytes, at, b'"')),
            b'$' => (TokenKind::Variable, word_end(bytes, at + 1)),
            _ if is_word(byte) => (TokenKind::Word, word_end(bytes, at)),
            b'=' if bytes.get(at + 1) == Some(&b'>') => (TokenKind::Sign, at + 2),
            _ => (TokenKind::Sign, next_boundary(code, at)),
        };
        tokens.push(Token {
            kind,
            text: &code[at..end],
            at,
        });
        at = end;
    }
    tokens
}

fn next_boundary(code: &str, at: usize) -> usize {
    (at + 1..=code.len())
        .find(|&end| code.is_char_boundary(end))
        .unwrap_or(code.len())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn word_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            byte if is_word(byte) => at += 1,
            b':' if bytes.get(at + 1) == Some(&b':')
                && bytes.get(at + 2).copied().is_some_and(is_word) =>
            {
                at += 2
            }
            b':' if at == from && bytes.get(at + 1) == Some(&b':') => at += 2,
            _ => break,
        }
    }
    at
}

/// The end of a string; `${…}` in double quotes may hold quotes of its own.
fn quoted_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from + 1;
    let mut depth = 0_usize;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'$' if quote == b'"' && bytes.get(at + 1) == Some(&b'{') => {
                depth += 1;
                at += 1;
            }
            b'}' if depth > 0 => depth -= 1,
            byte if byte == quote && depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
