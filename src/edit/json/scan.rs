//! Finds the places of members in a text that is known to be JSON.

use std::ops::Range;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    /// The members of an object; none for another value.
    members: Option<Vec<Member>>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    key: String,
    /// Where its key begins.
    pub(super) start: usize,
    pub(super) value: Node,
}

impl Node {
    pub(super) fn is_object(&self) -> bool {
        self.members.is_some()
    }

    /// The members, in the order of the text.
    pub(super) fn members(&self) -> &[Member] {
        self.members.as_deref().unwrap_or_default()
    }

    /// Follows a path as far as it goes; returns how many keys were found, and the last value.
    pub(super) fn descend(&self, path: &[String]) -> (usize, &Self) {
        let mut node = self;
        for (depth, key) in path.iter().enumerate() {
            // Of several members with one key, parsers take the last.
            match node.members().iter().rfind(|member| member.key == *key) {
                Some(member) => node = &member.value,
                None => return (depth, node),
            }
        }
        (path.len(), node)
    }

    /// The object that holds a value, and the member that it is.
    pub(super) fn holder<'a>(&'a self, value: &Self) -> Option<(&'a Self, &'a Member)> {
        self.members().iter().find_map(|member| {
            if member.value.span == value.span {
                Some((self, member))
            } else {
                member.value.holder(value)
            }
        })
    }
}

/// Scans a text that a parser has accepted.
pub(super) fn scan(text: &str) -> Node {
    Scanner { text, at: 0 }.value()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn value(&mut self) -> Node {
        self.skip_space();
        let start = self.at;
        let members = match self.peek() {
            Some(b'{') => Some(self.object()),
            Some(b'[') => {
                self.array();
                None
            }
            Some(b'"') => {
                self.string();
                None
            }
            _ => {
                let rest = &self.text[self.at..];
                self.at += rest
                    .find([',', ']', '}', ' ', '\t', '\r', '\n'])
                    .unwrap_or(rest.len());
                None
            }
        };
        Node {
            span: start..self.at,
            members,
        }
    }

    fn object(&mut self) -> Vec<Member> {
        let mut members = Vec::new();
        self.at += 1;
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'"') => {
                    let start = self.at;
                    self.string();
                    let key = serde_json::from_str(&self.text[start..self.at]).unwrap_or_default();
                    self.skip_space();
                    self.at += 1;
                    members.push(Member {
                        key,
                        start,
                        value: self.value(),
                    });
                }
                Some(b',') => self.at += 1,
                _ => break,
            }
        }
        self.at = (self.at + 1).min(self.text.len());
        members
    }

    fn array(&mut self) {
        self.at += 1;
        loop {
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') | None => break,
                Some(_) => drop(self.value()),
            }
        }
        self.at = (self.at + 1).min(self.text.len());
    }

    fn string(&mut self) {
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            self.at += match byte {
                b'"' => break,
                b'\\' => 2,
                _ => 1,
            };
        }
        self.at = (self.at + 1).min(bytes.len());
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len()
            - rest
                .trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}'])
                .len();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
