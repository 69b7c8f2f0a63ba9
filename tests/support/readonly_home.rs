use std::process::Command;

use super::Env;

/// Has the home of a command be a folder that nothing can be written to. Other folders that its variables name, as
/// `XDG_STATE_HOME`, are as they are.
pub(crate) fn with_readonly_home(env: &Env, command: &Command) -> Command {
    const SCRIPT: &str =
        "mount --bind \"$HOME\" \"$HOME\"; mount -o remount,ro,bind \"$HOME\"; exec \"$@\"";
    let home = env.home().join("home");
    std::fs::create_dir_all(&home).unwrap();
    let own = env.home().join(".gitconfig");
    if own.exists() {
        std::fs::copy(own, home.join(".gitconfig")).unwrap();
    }
    let mut inside = Command::new("unshare");
    env.enclose(&mut inside);
    inside.args(["--mount", "sh", "-euc", SCRIPT, "sh"]);
    inside.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => inside.env(name, value),
            None => inside.env_remove(name),
        };
    }
    inside.current_dir(command.get_current_dir().unwrap_or(&env.work()));
    inside.env("HOME", home);
    inside
}
