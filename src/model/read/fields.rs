use super::{MAPPING, Read, expected};
use crate::model::problem::Problem;
use crate::model::suggest::did_you_mean;
use crate::visible::visible;
use crate::yaml::{Key, Kind, Node, Span};

/// The keys of one mapping, taken one after the other; at the end whatever is left is an unknown key.
pub(crate) struct Fields<'a> {
    span: Span,
    entries: &'a [(Key, Node)],
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Begins to read a mapping; anything else is a problem.
    pub(crate) fn of(node: &'a Node, problems: &mut Vec<Problem>) -> Option<Self> {
        match &node.kind {
            Kind::Mapping(entries) => Some(Self {
                span: node.span.clone(),
                entries,
                known: Vec::new(),
            }),
            Kind::Null => Some(Self {
                span: node.span.clone(),
                entries: &[],
                known: Vec::new(),
            }),
            _ => {
                problems.push(expected("a mapping", node).rule(MAPPING));
                None
            }
        }
    }

    /// Begins to read a mapping that may be left out.
    pub(crate) fn of_optional(node: Option<&'a Node>, problems: &mut Vec<Problem>) -> Option<Self> {
        match node {
            Some(node) => Self::of(node, problems),
            None => Some(Self {
                span: 0..0,
                entries: &[],
                known: Vec::new(),
            }),
        }
    }

    /// The node of a key, where it is there.
    pub(crate) fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.entries
            .iter()
            .find(|(k, _)| k.text == key)
            .map(|(_, v)| v)
    }

    /// The value of a key; absent or null is `None` without a problem.
    pub(crate) fn optional<T: Read>(
        &mut self,
        key: &'static str,
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        self.node(key)
            .filter(|node| node.kind != Kind::Null)
            .and_then(|node| T::read(node, problems))
    }

    /// The value of a key, or the default where it is absent.
    pub(crate) fn or<T: Read>(
        &mut self,
        key: &'static str,
        default: T,
        problems: &mut Vec<Problem>,
    ) -> T {
        self.optional(key, problems).unwrap_or(default)
    }

    /// The value of a key that must be there.
    pub(crate) fn required<T: Read>(
        &mut self,
        key: &'static str,
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        match self.node(key) {
            Some(node) if node.kind != Kind::Null => T::read(node, problems),
            found => {
                let span = self
                    .entries
                    .iter()
                    .find(|(k, _)| k.text == key)
                    .map(|(k, _)| k.span.clone());
                let span = span
                    .or(found.map(|n| n.span.clone()))
                    .unwrap_or(self.span.start..self.span.start);
                problems.push(Problem::new(span, format!("`{key}` is required")));
                None
            }
        }
    }

    /// Reports the keys that nobody asked for.
    pub(crate) fn end(self, problems: &mut Vec<Problem>) {
        for (key, _) in self.entries {
            if self.known.contains(&key.text.as_str()) {
                continue;
            }
            let message = format!("unknown key `{}`", visible(&key.text));
            let mut problem = Problem::new(key.span.clone(), message);
            let slip = did_you_mean(&key.text, self.known.iter().copied());
            if slip.is_none() {
                problem.stray = Some(key.text.clone());
            }
            problems.push(problem.rule(slip.unwrap_or_else(|| self.otherwise(&key.text))));
        }
    }

    /// What is said of a key that is no slip of another.
    fn otherwise(&self, key: &str) -> String {
        // As `vagrant` is in `mediawiki-vagrant`.
        let mut parts = key.split(['-', '_', '/', '.', ' ']);
        match parts.find(|part| self.known.contains(part)) {
            Some(part) => format!("did you mean `{part}`?"),
            None => format!("known here: {}", self.known.join(", ")),
        }
    }
}
