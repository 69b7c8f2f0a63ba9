//! The model that a deploy repository has in its source, and that of the source itself.

use super::MODEL;
use crate::support::Env;

#[test]
fn the_model_of_an_older_commit_is_not_gone_by() {
    let env = Env::new();
    std::fs::create_dir_all(env.work().join("teatime")).unwrap();
    env.git("teatime", &["init", "--quiet", "--initial-branch=master"]);
    env.write("teatime/svcgen.yaml", MODEL);
    let commit = |message: &str| {
        env.git("teatime", &["add", "--all"]);
        env.git_in(
            &env.work().join("teatime"),
            &["commit", "--quiet", "--message", message],
        );
    };
    commit("The model");
    // What a submodule has: a checkout of its own, of some commit.
    env.git(".", &["clone", "--quiet", "teatime", "src"]);
    env.checkout("vagrant");
    let source = env.work().join("teatime");
    env.write(
        "../config/svcgen/config.yaml",
        &format!("services: {{tea-time: {{source: {}}}}}\n", source.display()),
    );
    let vagrant = ["vagrant", "--repo", "vagrant", "--no-verify"];
    assert_eq!(
        env.svcgen(&[&vagrant[..], &["--commit", "--yes"]].concat())
            .code,
        0
    );
    let model = MODEL.replace("6002", "6003");
    env.write("teatime/svcgen.yaml", &model);
    commit("Another port");
    let check = ["check", "--vagrant-repo", "vagrant"];
    let generate = ["generate", "--vagrant-repo", "vagrant", "--dry-run"];
    for words in [&check[..], &vagrant, &generate] {
        let run = env.svcgen(words);
        assert_eq!(run.code, 11, "{}", run.show());
        let said = "error: `src/svcgen.yaml` is the model of an older commit than `teatime/svcgen.yaml`\n\
                    hint: `--service teatime/svcgen.yaml` takes the newer one\n\
                    hint: `svcgen build` brings it into the deploy repository\n";
        assert_eq!(run.stderr, said);
    }
    let status = env.svcgen(&["status", "--vagrant-repo", "vagrant"]);
    assert_eq!(status.code, 0, "{}", status.show());
    assert!(status.stderr.contains("older commit"), "{}", status.show());
    for named in ["src/svcgen.yaml", "teatime/svcgen.yaml"] {
        let run = env.svcgen(&[&check[..], &["--service", named]].concat());
        assert_ne!(run.code, 11, "{}", run.show());
    }
}
