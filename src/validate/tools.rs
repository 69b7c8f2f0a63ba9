use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

/// The command that installs what is missing.
pub(super) const INSTALL: &str = "apt-get install puppet-agent puppet-lint";
/// Where the packages of Puppet's makers put it.
const ALL_IN_ONE: &str = "/opt/puppetlabs/puppet/bin";

/// The tools that are installed.
#[derive(Debug, Default)]
pub(super) struct Tools {
    pub(super) puppet: Option<Puppet>,
    pub(super) ruby: Option<Utf8PathBuf>,
    pub(super) lint: Option<Utf8PathBuf>,
}

/// Puppet as a script and the Ruby that knows its libraries.
#[derive(Debug)]
pub(super) struct Puppet {
    ruby: Utf8PathBuf,
    script: Utf8PathBuf,
}

impl Tools {
    /// Looks for the tools in `PATH`, then where the packages of Puppet's makers put them.
    pub(super) fn find() -> Self {
        let puppet = Puppet::find();
        let ruby = find("ruby").or_else(|| puppet.as_ref().map(|puppet| puppet.ruby.clone()));
        Self {
            puppet,
            ruby,
            lint: find("puppet-lint"),
        }
    }
}

impl Puppet {
    fn find() -> Option<Self> {
        // There the command in `PATH` is a wrapper that clears Ruby's options.
        let folder = Utf8Path::new(ALL_IN_ONE);
        let all_in_one = || {
            let (ruby, script) = (folder.join("ruby"), folder.join("puppet"));
            (ruby.is_file() && script.is_file()).then_some(Self { ruby, script })
        };
        let Some(script) = find("puppet") else {
            return all_in_one();
        };
        match interpreter(&script) {
            Some(ruby) => Some(Self { ruby, script }),
            None => all_in_one(),
        }
    }

    /// Puppet as a command that loads further Ruby files first.
    pub(super) fn command(&self, preload: &[&Utf8Path]) -> Command {
        let mut command = Command::new(&self.ruby);
        for file in preload {
            command.arg("-r").arg(file);
        }
        command.arg(&self.script);
        command
    }
}

fn find(name: &str) -> Option<Utf8PathBuf> {
    which::which(name)
        .ok()
        .and_then(|path| Utf8PathBuf::from_path_buf(path).ok())
}

/// The Ruby that a script names in its first line.
fn interpreter(script: &Utf8Path) -> Option<Utf8PathBuf> {
    let text = fs_err::read(script).ok()?;
    let line = text.split(|&byte| byte == b'\n').next()?;
    let mut words = std::str::from_utf8(line)
        .ok()?
        .strip_prefix("#!")?
        .split_whitespace();
    let program = Utf8Path::new(words.next()?);
    match program.file_name()? {
        "env" => words
            .next()
            .filter(|name| name.starts_with("ruby"))
            .and_then(find),
        name if name.starts_with("ruby") => Some(program.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_is_not_taken_for_a_script() {
        let folder = tempfile::tempdir().unwrap();
        let script = Utf8Path::from_path(folder.path()).unwrap().join("puppet");
        for (line, ruby) in [
            ("#!/usr/bin/ruby -w\n", Some("/usr/bin/ruby")),
            ("#!/opt/ruby3.1\nx", Some("/opt/ruby3.1")),
            ("#!/bin/sh\nexec ruby", None),
            ("\x7fELF", None),
        ] {
            fs_err::write(&script, line).unwrap();
            assert_eq!(
                interpreter(&script).as_deref(),
                ruby.map(Utf8Path::new),
                "{line}"
            );
        }
    }
}
