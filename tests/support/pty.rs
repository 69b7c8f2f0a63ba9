use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::{Eof, Expect as _, Session};

use super::Env;

/// svcgen, or another program, on a terminal of 80 columns where nothing else is said.
pub(crate) struct Pty {
    session: expectrl::session::OsSession,
    /// Everything that was shown so far.
    pub(crate) shown: String,
}

impl Pty {
    /// Starts svcgen; `editor` is what `$EDITOR` names.
    pub(crate) fn start(env: &Env, arguments: &[&str], editor: Option<&str>) -> Self {
        let editor = editor.map(|editor| ("EDITOR", editor));
        Self::start_with(env, arguments, editor.as_slice())
    }

    /// Starts svcgen with more variables.
    pub(crate) fn start_with(env: &Env, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start_sized(env, arguments, variables, (80, 24))
    }

    /// Starts svcgen on a terminal of so many columns and rows.
    pub(crate) fn start_sized(
        env: &Env,
        arguments: &[&str],
        variables: &[(&str, &str)],
        size: (u16, u16),
    ) -> Self {
        let program = env.command();
        let program = program.get_program().to_str().unwrap();
        Self::start_program(env, program, arguments, variables, size)
    }

    /// Starts a program on a terminal of so many columns and rows.
    pub(crate) fn start_program(
        env: &Env,
        program: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
        (columns, rows): (u16, u16),
    ) -> Self {
        // The size is given after the start, which a program that is through at once would not see.
        let sized = format!(
            "for _ in $(seq 1000); do [ \"$(stty size)\" != '{rows} {columns}' ] || exec \"$0\" \"$@\"; sleep 0.01; done; exit 99"
        );
        let mut command = std::process::Command::new("/bin/sh");
        env.enclose(&mut command);
        command
            .args(["-c", &sized])
            .arg(program)
            .args(arguments)
            .stdin(std::process::Stdio::inherit());
        command.env("TERM", "xterm").env("NO_COLOR", "1");
        command.envs(variables.iter().copied());
        let mut session = Session::spawn(command).unwrap();
        let process = session.get_process_mut();
        process.set_window_size(columns, rows).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(120)));
        Self {
            session,
            shown: String::new(),
        }
    }

    /// Waits until a text is shown.
    pub(crate) fn expect(&mut self, text: &str) {
        match self.session.expect(text) {
            Ok(found) => {
                let so_far = [found.before(), text.as_bytes()].concat();
                self.shown.push_str(&String::from_utf8_lossy(&so_far));
            }
            Err(error) => {
                let mut rest = vec![0; 1 << 16];
                let count = self.session.try_read(&mut rest).unwrap_or_default();
                let rest = String::from_utf8_lossy(&rest[..count]);
                panic!("`{text}` is not shown: {error}\n{}{rest}", self.shown)
            }
        }
    }

    /// Waits until a question is shown, and types an answer and Enter.
    pub(crate) fn answer(&mut self, question: &str, answer: &str) {
        self.expect(question);
        self.expect("> ");
        self.keys(&format!("{answer}\r"));
    }

    /// Presses keys.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.session.send(keys).unwrap();
    }

    /// Gives the terminal another size; the program is told by a signal.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.session
            .get_process_mut()
            .set_window_size(columns, rows)
            .unwrap();
    }

    /// Has the program end, as `kill` does: nobody else that runs on the terminal is told.
    pub(crate) fn terminate(&self) {
        let kill = std::process::Command::new("kill").arg(self.pid()).status();
        assert!(kill.unwrap().success());
    }

    /// The process, and the group of all that runs on the terminal.
    pub(crate) fn pid(&self) -> String {
        self.session.get_process().pid().to_string()
    }

    /// Waits for the end; returns the exit code.
    pub(crate) fn end(&mut self) -> i32 {
        if let Ok(found) = self.session.expect(Eof) {
            self.shown
                .push_str(&String::from_utf8_lossy(found.as_bytes()));
        }
        match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            other => panic!("{other:?}\n{}", self.shown),
        }
    }

    /// What a terminal shows of it in the end, with what has left the screen.
    pub(crate) fn screen(&self) -> String {
        let mut terminal = vt100::Parser::new(500, 80, 0);
        terminal.process(self.shown.as_bytes());
        terminal.screen().contents().trim_end().to_owned()
    }

    /// The lines as they stand on the screen: what was drawn over is gone.
    pub(crate) fn lines(&self) -> Vec<String> {
        let last = |line: &str| {
            let line = line.trim_end_matches('\r');
            let drawn = line.rsplit("\r\u{1b}[K").next().unwrap_or(line);
            match drawn.rsplit_once("\u{1b}[") {
                Some((text, _)) => text.to_owned(),
                None => drawn.to_owned(),
            }
        };
        self.shown.split('\n').map(last).collect()
    }
}
