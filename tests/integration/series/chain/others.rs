//! Commits and changes of others in the chain, and beside it.

use super::super::{change_ids, done, env, files, put_into, run, subjects};
use super::add_parameter;
use crate::support::Pty;

#[test]
fn a_commit_of_somebody_else_in_between_is_not_rewritten() {
    let env = env();
    done(&env, &["--commit", "--steps", "service,cluster"]);
    env.write("puppet/README", "mine\n");
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--message", "mine"],
    );
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let message = "on `svcgen/trending-edits` there is \"mine\" on top of the commit that svcgen would update";
    assert!(refused.stderr.contains(message), "{}", refused.show());
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
    assert_eq!(env.status("puppet"), "");
    // Where nothing would change, nothing is in the way.
    done(&env, &["--commit", "--steps", "service,cluster"]);
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
}

#[test]
fn what_somebody_has_not_committed_is_in_the_way() {
    let env = env();
    let site = format!("{}# mine\n", env.read("puppet/manifests/site.pp"));
    env.write("puppet/manifests/site.pp", &site);
    env.write("puppet/README", "mine\n");
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    assert!(
        refused
            .stderr
            .contains("`manifests/site.pp` has uncommitted changes"),
        "{}",
        refused.show()
    );
    assert_eq!(env.read("puppet/manifests/site.pp"), site);
    assert_eq!(env.git("puppet", &["branch", "--show-current"]), "main\n");
    // Another file is nobody's business, and what is staged of it stays staged.
    env.git("puppet", &["add", "README"]);
    env.write("puppet/README", "mine, and more\n");
    done(&env, &["--commit", "--without", "cluster"]);
    assert_eq!(env.read("puppet/manifests/site.pp"), site);
    assert_eq!(env.read("puppet/README"), "mine, and more\n");
    assert_eq!(env.git("puppet", &["show", ":README"]), "mine\n");
    assert_eq!(subjects(&env).len(), 3);
}

#[test]
fn lines_beside_those_of_somebody_in_a_later_commit_go_into_the_earlier_one() {
    let env = env();
    done(&env, &["--commit"]);
    let ids = change_ids(&env, "-4");
    let data = "puppet/hieradata/role/common/trendingedits.yaml";
    let groups = "profile::admin::groups:\n";
    env.replace(data, groups, &format!("# ours\n{groups}"));
    put_into(&env, "HEAD~1");
    add_parameter(&env);
    let before = env.read(data);
    done(&env, &["--commit"]);
    assert_eq!(change_ids(&env, "-4"), ids);
    let service = env.git("puppet", &["show", "HEAD~3"]);
    assert!(
        service.contains("+profile::trendingedits::wiki: enwiki\n"),
        "{service}"
    );
    let line = "profile::trendingedits::wiki: enwiki\n";
    assert_eq!(env.read(data).replace(line, ""), before);
    let admins = env.git("puppet", &["show", "HEAD~1"]);
    assert!(admins.contains("+# ours\n"), "{admins}");
    assert_eq!(env.status("puppet"), "");
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    done(&env, &["--commit"]);
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
}

#[test]
fn line_ends_of_somebodys_stay_as_they_are() {
    let role = "puppet/modules/role/manifests/trendingedits.pp";
    for committed in [false, true] {
        let env = env();
        done(&env, &["--commit"]);
        let text = env.read(role).replace('\n', "\r\n");
        env.write(role, &text);
        if committed {
            let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
            env.git("puppet", &words);
        }
        env.replace("svcgen.yaml", "10.20.1.30", "10.20.1.31");
        let option = if committed { "--commit" } else { "--force" };
        done(&env, &[option]);
        assert_eq!(env.read(role), text);
        let again = done(&env, &[option]);
        assert!(!again.stdout.contains("+++"), "{}", again.show());
        assert_eq!(env.read(role), text);
    }
}

#[test]
fn what_somebody_changed_in_a_commit_of_the_chain_stays() {
    let env = env();
    done(&env, &["--commit"]);
    let ids = change_ids(&env, "-4");
    // A person amends the patch of the admins, and its message.
    env.git("puppet", &["switch", "--quiet", "--detach", "HEAD~1"]);
    env.write("puppet/README", "why\n");
    env.git("puppet", &["add", "README"]);
    let message = env.git("puppet", &["log", "-1", "--format=%B"]);
    let message = message.replace("Add the admin group", "Those who may restart it");
    env.git(
        "puppet",
        &[
            "commit",
            "--quiet",
            "--amend",
            "--message",
            message.trim_end(),
        ],
    );
    env.git("puppet", &["cherry-pick", "svcgen/trending-edits"]);
    let branch = "refs/heads/svcgen/trending-edits";
    env.git("puppet", &["update-ref", branch, "HEAD"]);
    env.git("puppet", &["switch", "--quiet", "svcgen/trending-edits"]);
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1004]");
    done(&env, &["--commit"]);
    assert_eq!(change_ids(&env, "-4"), ids);
    assert_eq!(subjects(&env)[1], "trendingedits: Those who may restart it");
    assert!(files(&env, "HEAD~1").starts_with("README\n"));
    assert_eq!(env.read("puppet/README"), "why\n");
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn a_commit_that_somebody_makes_while_it_asks_stays_and_is_told() {
    let env = env();
    done(&env, &["--commit"]);
    env.replace("svcgen.yaml", "port: 6699", "port: 6698");
    let words = [
        "puppet",
        "--repo",
        "puppet",
        "--series",
        "--commit",
        "--no-verify",
    ];
    let mut pty = Pty::start(&env, &words, None);
    pty.expect("[Y/n]");
    env.write("puppet/notes", "mine\n");
    env.git("puppet", &["add", "notes"]);
    env.git("puppet", &["commit", "--quiet", "--message", "notes"]);
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    pty.keys("y\r");
    assert_eq!(pty.end(), 11, "{}", pty.shown);
    assert!(
        pty.screen()
            .contains("was moved by someone else in the meantime"),
        "{}",
        pty.shown
    );
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn the_service_alone_goes_upon_no_later_patch() {
    let env = env();
    done(&env, &["--commit", "--steps", "admins"]);
    let words = [
        "puppet",
        "--repo",
        "puppet",
        "--commit",
        "--yes",
        "--no-verify",
    ];
    let refused = env.svcgen(&words);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let told = "error: `svcgen/trending-edits` carries the patches of the series, which go together: `trendingedits: Add the admin \
                group`\nhint: svcgen puppet --repo HOME/work/puppet --series --commit\n";
    assert!(refused.stderr.ends_with(told), "{}", refused.show());
    done(&env, &["--commit"]);
    assert_eq!(subjects(&env).len(), 4);
}
