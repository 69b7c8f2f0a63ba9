use crate::edit::order::gap;
use crate::generate::GenerateError;
use crate::puppet::{NodeBlock, NodePattern, node_blocks};
use crate::worktree::Worktree;

/// Where a tree gives roles to hosts.
pub(super) const SITE: &str = "manifests/site.pp";

/// The main manifest, and how it is written.
#[derive(Debug, Clone)]
pub(super) struct Nodes {
    pub(super) text: String,
    pub(super) blocks: Vec<NodeBlock>,
}

impl Nodes {
    /// Reads the main manifest; `None` where there is none, or it knows no hosts.
    pub(super) fn read(worktree: &Worktree) -> Result<Option<Self>, GenerateError> {
        let Some(text) = worktree.read(SITE)? else {
            return Ok(None);
        };
        let blocks = node_blocks(&text);
        Ok((!blocks.is_empty()).then_some(Self { text, blocks }))
    }

    /// The block of a host: Puppet takes the one with its name before the first whose pattern fits.
    pub(super) fn of(&self, host: &str) -> Option<&NodeBlock> {
        let named = self.blocks.iter().find(|block| {
            let is_it =
                |pattern: &NodePattern| matches!(pattern, NodePattern::Name(name) if name == host);
            block.patterns.iter().any(is_it)
        });
        named.or_else(|| self.blocks.iter().find(|block| block.matches(host)))
    }

    /// The lines of a block, whatever ends them.
    pub(super) fn text_of(&self, block: &NodeBlock) -> String {
        self.text[block.span.clone()].replace("\r\n", "\n")
    }

    /// The code that gives a role, as most blocks have it.
    pub(super) fn assignment(&self, role: &str) -> String {
        let count = |form: &str| {
            let blocks = self.blocks.iter();
            blocks.filter(|block| block.form == Some(form)).count()
        };
        let forms = ["role(", "role ", "include role::"];
        let form = forms.into_iter().max_by_key(|form| count(form));
        match form {
            Some("role ") => format!("role {role}"),
            Some("include role::") => format!("include role::{role}"),
            _ => format!("role({role})"),
        }
    }

    /// Whether patterns go to the end of the host's name.
    pub(super) fn has_whole_patterns(&self) -> bool {
        let patterns = self.blocks.iter().flat_map(|block| &block.patterns);
        let (mut whole, mut open) = (0, 0);
        for pattern in patterns {
            if let NodePattern::Regex(text, _) = pattern {
                match text.ends_with('$') {
                    true => whole += 1,
                    false => open += 1,
                }
            }
        }
        whole > open
    }

    /// Whether single hosts stand in quotes, rather than as a pattern.
    pub(super) fn has_names(&self) -> bool {
        let patterns = || self.blocks.iter().flat_map(|block| &block.patterns);
        let is_name = |pattern: &&NodePattern| matches!(pattern, NodePattern::Name(_));
        patterns().filter(is_name).count() * 2 > patterns().count()
    }

    /// The lines of a new block, and the byte at which they go: where its name fits among the others.
    pub(super) fn placed(&self, block: &str, name: &str) -> (String, usize) {
        let named: Vec<(String, &NodeBlock)> = self
            .blocks
            .iter()
            .filter_map(|block| Some((block.name()?, block)))
            .collect();
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let index = gap(&names, name);
        match (named.get(index), named.last()) {
            (Some((_, next)), _) => (format!("{block}\n"), next.span.start),
            (None, Some((_, last))) => (format!("\n{block}"), last.span.end),
            (None, None) => (format!("\n{block}"), self.text.len()),
        }
    }
}
