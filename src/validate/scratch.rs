use std::io;
use std::path::Path;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::message::{Location, Message};
use super::overlay::Overlay;
use super::{Finding, PuppetRequest, data};
use crate::folders::{self, Claim};

/// A temporary folder with the overlay and everything that the tools need; it goes when it is dropped.
#[derive(Debug)]
pub(super) struct Scratch<'a> {
    // In this order: the folder goes before the claim to it.
    _folder: TempDir,
    _claim: Option<Claim>,
    path: Utf8PathBuf,
    root: Utf8PathBuf,
    generated: &'a [(Utf8PathBuf, String)],
}

impl<'a> Scratch<'a> {
    /// Makes the overlay of a request.
    ///
    /// # Errors
    /// Where the tree cannot be read or the folder cannot be written.
    pub(super) fn build(request: &PuppetRequest<'a>) -> io::Result<Self> {
        let folder = temporary()?;
        let path = Utf8PathBuf::try_from(folder.path().to_owned())
            .map_err(io::Error::other)?
            .canonicalize_utf8()?;
        // Where files cannot be locked, nobody takes the folder for left either.
        let claim = Claim::new(&path).and_then(Claim::for_children).ok();
        let root = request.root.canonicalize_utf8()?;
        data::extract(&path)?;
        fs_err::create_dir(path.join("home"))?;
        let mut overlay = Overlay::default();
        for edit in request.edits {
            match &edit.after {
                Some(text) => overlay.add(&edit.path, text)?,
                None => overlay.remove(&edit.path)?,
            }
        }
        for (path, text) in request.generated {
            overlay.add(path, text)?;
        }
        overlay.build(&root, &path.join("tree"))?;
        Ok(Self {
            _folder: folder,
            _claim: claim,
            path,
            root,
            generated: request.generated,
        })
    }

    /// The folder itself.
    pub(super) fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The overlay.
    pub(super) fn tree(&self) -> Utf8PathBuf {
        self.path.join("tree")
    }

    /// The tree of the user's.
    pub(super) fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// The generated files of a kind, relative to the tree.
    pub(super) fn generated(&self, extension: &str) -> Vec<&'a Utf8Path> {
        let paths = self.generated.iter().map(|(path, _)| path.as_path());
        paths
            .filter(|path| path.extension() == Some(extension))
            .collect()
    }

    /// Whether svcgen owns a file of the tree.
    pub(super) fn is_generated(&self, path: &Utf8Path) -> bool {
        self.generated
            .iter()
            .any(|(generated, _)| generated == path)
    }

    /// Gives a tool an environment in which it finds nothing of the user's.
    pub(super) fn enclose(&self, command: &mut Command) {
        command.env_clear().current_dir(self.tree());
        // Where programs are, and the libraries of a Puppet that was installed as a gem.
        for name in ["PATH", "GEM_HOME", "GEM_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let home = self.path.join("home");
        command
            .env("HOME", &home)
            .env("TMPDIR", &home)
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("PWD", self.tree());
    }

    /// The file of the user's tree that a tool means; `None` for what is svcgen's scaffolding.
    pub(super) fn locate(&self, path: &str) -> Option<Utf8PathBuf> {
        let path = Utf8Path::new(path);
        if path.is_relative() {
            return Some(path.strip_prefix("./").unwrap_or(path).to_owned());
        }
        path.strip_prefix(self.tree())
            .or_else(|_| path.strip_prefix(&self.root))
            .ok()
            .map(Utf8Path::to_owned)
    }

    /// Makes a finding with the line that it means.
    pub(super) fn finding(
        &self,
        path: Option<Utf8PathBuf>,
        line: Option<usize>,
        message: &str,
    ) -> Finding {
        let text = path
            .as_ref()
            .and_then(|path| fs_err::read_to_string(self.tree().join(path)).ok());
        let nth = |text: String| text.lines().nth(line?.checked_sub(1)?).map(str::to_owned);
        Finding {
            path,
            line,
            text_line: text.and_then(nth),
            message: self.without_folders(message),
        }
    }

    /// Makes a finding of Puppet's message: in the generated file that it names, else in its innermost place.
    pub(super) fn finding_of(&self, message: &Message) -> Finding {
        let located = |place: &Location| Some((self.locate(&place.path)?, place.line));
        let is_ours = |(path, _): &(Utf8PathBuf, Option<usize>)| self.is_generated(path);
        let ours = message.places.iter().filter_map(located).find(is_ours);
        match ours.or_else(|| message.places.iter().find_map(located)) {
            Some((path, line)) => self.finding(Some(path), line, &message.text),
            None => self.finding(None, None, &message.text),
        }
    }

    /// A message in which files have the names that they have in the tree.
    pub(super) fn without_folders(&self, message: &str) -> String {
        message
            .replace(&format!("{}/", self.tree()), "")
            .replace(&format!("{}/", self.path), "")
    }
}

/// How the names of the folders begin in which is judged.
const PREFIX: &str = "svcgen-verify-";

/// A new folder, once those of runs that were killed are gone; its path is one that Puppet reads as it is: in its options a colon
/// parts folders, and `$` names another option.
fn temporary() -> io::Result<TempDir> {
    let usual = std::env::temp_dir();
    let place = match usual.to_string_lossy().contains([':', '$']) {
        true => Path::new("/tmp"),
        false => &usual,
    };
    folders::sweep(place, PREFIX);
    tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)
}
