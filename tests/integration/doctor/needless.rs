//! What nobody needs here is no doubt, and what git leads elsewhere is looked at there.

use super::{findings, fix};
use crate::support::{Env, LocalFarm};

/// Lets git go elsewhere instead of to the review server of the example.
fn rewrite(env: &Env, folder: &str, setting: &str) {
    let config = env.home().join(".gitconfig");
    let text = std::fs::read_to_string(&config).unwrap_or_default();
    let folder = env.home().join(folder);
    let server = "ssh://review.farm.example:29419/";
    let section = format!("[url \"{}/\"]\n\t{setting} = {server}\n", folder.display());
    std::fs::write(config, text + &section).unwrap();
}

const DOCTOR: [&str; 7] = [
    "doctor", "vagrant", "deploy", "--site", "example", "--format", "json",
];

#[test]
fn a_review_server_that_git_leads_elsewhere_is_asked_there() {
    let env = Env::new();
    env.git_in(env.home(), &["init", "-q", "--bare", "server/wiki/vagrant"]);
    rewrite(&env, "server", "insteadOf");
    let run = env.svcgen(&DOCTOR);
    let found = findings(&run)("gerrit");
    assert!(
        found.starts_with("fine: `url.HOME/server/.insteadOf` leads to HOME/server/wiki/vagrant"),
        "{found}"
    );
    // Pushes have their own way, which is the one that matters.
    rewrite(&env, "nowhere", "pushInsteadOf");
    let run = env.svcgen(&DOCTOR);
    let found = findings(&run)("gerrit");
    assert!(
        found.starts_with("missing: `url.HOME/nowhere/.pushInsteadOf` leads to "),
        "{found}"
    );
    assert_eq!(
        fix(&run, "gerrit"),
        "git ls-remote HOME/nowhere/wiki/vagrant"
    );
}

#[test]
fn an_agent_is_no_doubt_where_nothing_is_reached_by_ssh() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    // Deploys alone send nothing for review.
    let deploy = ["doctor", "deploy", "--site", "example", "--format", "json"];
    assert_eq!(
        findings(&farm.svcgen(&deploy))("ssh.agent"),
        "fine: none is needed: nothing here is reached by ssh"
    );
    let bin = farm.env().home().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let git = which::which("git").unwrap();
    std::os::unix::fs::symlink(git, bin.join("git")).unwrap();
    let run = farm.env().run(farm.command().args(deploy).env("PATH", bin));
    assert_eq!(
        findings(&run)("ssh"),
        "fine: there is none, and nothing here is reached by ssh"
    );
    let doctor = |farm: &LocalFarm| {
        let mut arguments = DOCTOR.to_vec();
        arguments.push("--offline");
        findings(&farm.svcgen(&arguments))("ssh.agent")
    };
    let found = doctor(&farm);
    assert!(
        found.starts_with("doubtful: "),
        "the review server is: {found}"
    );
    rewrite(farm.env(), "server", "insteadOf");
    assert_eq!(
        doctor(&farm),
        "fine: none is needed: nothing here is reached by ssh"
    );
}
