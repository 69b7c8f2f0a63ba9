//! The pages of the book, and the blocks in them.

use std::path::{Path, PathBuf};

/// A page of the book, or another text that is read as one.
pub(super) struct Page {
    /// From the root of the repository on.
    pub(super) name: String,
    pub(super) text: String,
}

/// A block of code.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) language: String,
    pub(super) text: String,
    /// The line that it begins in, counted from one.
    pub(super) line: usize,
}

/// All pages in the order of the summary, and the texts beside the book.
pub(super) fn pages() -> Vec<Page> {
    let summary = Page::read("book/src/SUMMARY.md").text;
    let links = summary.split("](").skip(1);
    let names = links.filter_map(|rest| rest.split(')').next());
    let of_book = names.map(|name| format!("book/src/{name}"));
    let beside = ["README.md", "CONTRIBUTING.md"].map(str::to_owned);
    of_book
        .chain(beside)
        .map(|name| Page::read(&name))
        .collect()
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Page {
    pub(super) fn read(name: &str) -> Self {
        let text = std::fs::read_to_string(root().join(name));
        Self {
            name: name.to_owned(),
            text: text.unwrap_or_else(|error| panic!("{name}: {error}")),
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        root().join(&self.name)
    }

    pub(super) fn blocks(&self) -> Vec<Block> {
        self.parted().0
    }

    /// What stands between single backticks outside of blocks.
    pub(super) fn code_in_text(&self) -> Vec<String> {
        // A piece of code ends in its paragraph.
        let text = self.parted().1;
        let pieces = text
            .split("\n\n")
            .flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
        pieces.map(|piece| piece.replace('\n', " ")).collect()
    }

    /// The page with another text in some of its blocks.
    pub(super) fn with(&self, blocks: &[(Block, String)]) -> String {
        let mut lines: Vec<&str> = self.text.split_inclusive('\n').collect();
        for (block, text) in blocks.iter().rev() {
            let end = block.line + block.text.lines().count();
            lines.splice(block.line..end, [text.as_str()]);
        }
        lines.concat()
    }

    /// The blocks, and the text between them.
    fn parted(&self) -> (Vec<Block>, String) {
        let (mut blocks, mut text, mut fence): (Vec<Block>, _, _) = (Vec::new(), String::new(), "");
        for (index, line) in self.text.lines().enumerate() {
            let language = line.trim_start_matches('`');
            let ticks = &line[..line.len() - language.len()];
            if fence.is_empty() && ticks.len() >= 3 {
                fence = ticks;
                blocks.push(Block {
                    language: language.to_owned(),
                    text: String::new(),
                    line: index + 1,
                });
            } else if !fence.is_empty() && line == fence {
                fence = "";
            } else if let Some(block) = blocks.last_mut().filter(|_| !fence.is_empty()) {
                block.text.extend([line, "\n"]);
            } else {
                text.extend([line, "\n"]);
            }
        }
        assert!(fence.is_empty(), "{}: a block without an end", self.name);
        (blocks, text)
    }
}
