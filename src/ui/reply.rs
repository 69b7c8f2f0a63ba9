use std::io::IsTerminal as _;

use dialoguer::console::Term;

use super::{Manner, Questions, Ui};

impl Ui {
    /// Has somebody answer what another program asks; what sounds secret is not shown. Nothing where nobody is there, or
    /// nobody wants to.
    pub fn reply(&self, question: &str) -> Option<String> {
        let is_there = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if self.questions == Questions::GoOn || !is_there {
            return None;
        }
        let lower = question.to_lowercase();
        let is_secret = ["password", "passphrase"]
            .iter()
            .any(|it| lower.contains(it));
        let answer = if is_secret || self.manner == Manner::Plain {
            let term = Term::stderr();
            let asked = term.write_str(&format!("{} ", self.drawing.of(question)));
            let read = asked.and_then(|()| match is_secret {
                true => term.read_secure_line(),
                false => read_line(),
            });
            read.map_err(dialoguer::Error::from)
        } else {
            let prompt = dialoguer::Input::<String>::new().with_prompt(question);
            prompt.allow_empty(true).interact_text()
        };
        if answer.is_err() {
            // The prompt may have hidden the cursor.
            let _shown = Term::stderr().show_cursor();
            self.err("");
        }
        answer.ok()
    }
}

/// Reads a line; Ctrl-D is no answer, and not an empty one.
fn read_line() -> std::io::Result<String> {
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line)? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end_matches(['\n', '\r']).to_owned()),
    }
}
