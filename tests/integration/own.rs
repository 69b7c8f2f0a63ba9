//! `svcgen puppet`, `scap` and `source` through the program, in the sample trees; and cloning what a service owns.

mod cloning;

use insta::assert_snapshot;

use crate::support::Env;

fn env(tree: &str) -> Env {
    let env = Env::with_model();
    env.repository(tree);
    env
}

/// What a run says of itself; the diff is left out.
fn said(env: &Env, arguments: &[&str]) -> String {
    let run = env.svcgen(arguments);
    format!("exit {}\n{}", run.code, run.stderr)
}

#[test]
fn puppet_shows_applies_and_does_not_repeat() {
    let env = env("puppet");
    assert_snapshot!(env.svcgen(&["puppet", "--repo", "puppet", "--dry-run"]).show(), @"
    exit 3
    --- stdout
    --- /dev/null
    +++ b/modules/profile/manifests/trendingedits.pp
    @@ -0,0 +1,28 @@
    +# SPDX-License-Identifier: Apache-2.0
    +# == Class: profile::trendingedits
    +#
    +# Computes the list of currently trending articles from the stream of edits.
    +#
    +# === Parameters
    +#
    +# [*broker_list*]
    +#   Comma-separated list of Kafka broker URIs.
    +#
    +# [*max_age*]
    +#   Seconds after which an edit no longer counts. Default: 86400
    +#
    +class profile::trendingedits(
    +    String  $broker_list = lookup('profile::trendingedits::broker_list'),
    +    Integer $max_age     = lookup('profile::trendingedits::max_age', {'default_value' => 86400}),
    +) {
    +
    +    service::node { 'trending-edits':
    +        port       => 6699,
    +        deployment => 'scap3',
    +        config     => {
    +            broker_list => $broker_list,
    +            max_age     => $max_age,
    +        },
    +    }
    +
    +}
    --- /dev/null
    +++ b/modules/role/manifests/trendingedits.pp
    @@ -0,0 +1,8 @@
    +# SPDX-License-Identifier: Apache-2.0
    +# == Class: role::trendingedits
    +#
    +# Role class for trending-edits
    +#
    +class role::trendingedits {
    +    include profile::trendingedits
    +}
    --- a/hieradata/role/common/deployment_server/kubernetes.yaml
    +++ b/hieradata/role/common/deployment_server/kubernetes.yaml
    @@ -19,6 +19,9 @@
       tools/statistics:
         repository: ops/statistics
     
    +  trending-edits/deploy:
    +    repository: wiki/services/trending-edits/deploy
    +
     profile::keyholder::agents:
       deployer:
         trusted_groups:
    --- /dev/null
    +++ b/hieradata/role/common/trendingedits.yaml
    @@ -0,0 +1 @@
    +profile::trendingedits::broker_list: kafka1001.north.farm.example:9092
    --- stderr
    puppet: HOME/work/puppet: would change 4 files, 40 lines added, 0 removed
    next: svcgen puppet --repo puppet
    ");
    let yes = ["puppet", "--repo", "puppet", "--yes", "--no-verify"];
    assert_snapshot!(said(&env, &yes), @"
    exit 0
    puppet: HOME/work/puppet: changes 4 files, 40 lines added, 0 removed
    puppet: written
    next: svcgen puppet --repo puppet --commit
    ");
    assert_snapshot!(env.status("puppet"), @"
     M hieradata/role/common/deployment_server/kubernetes.yaml
    ?? hieradata/role/common/trendingedits.yaml
    ?? modules/profile/manifests/trendingedits.pp
    ?? modules/role/manifests/trendingedits.pp
    ");
    assert_snapshot!(env.svcgen(&yes).show(), @"
    exit 0
    --- stdout
    --- stderr
    puppet: HOME/work/puppet: nothing to do
    ");
}

#[test]
fn scap_shows_applies_and_does_not_repeat() {
    let env = env("deploy");
    let dry = ["scap", "--repo", "deploy", "--dry-run"];
    assert_snapshot!(env.svcgen(&dry).show(), @r#"
    exit 3
    --- stdout
    --- /dev/null
    +++ b/scap/scap.cfg
    @@ -0,0 +1,11 @@
    +[global]
    +git_repo: trending-edits/deploy
    +git_deploy_dir: /srv/releases
    +ssh_user: deployer
    +server_groups: canary, default
    +canary_dsh_targets: target-canary
    +dsh_targets: targets
    +git_submodules: True
    +service_name: trending-edits
    +service_port: 6699
    +lock_file: /tmp/scap.trending-edits.lock
    --- /dev/null
    +++ b/scap/target-canary
    @@ -0,0 +1 @@
    +trending2001.south.farm.example
    --- /dev/null
    +++ b/scap/targets
    @@ -0,0 +1,3 @@
    +trending1001.north.farm.example
    +trending1002.north.farm.example
    +trending1003.north.farm.example
    --- /dev/null
    +++ b/.gitreview
    @@ -0,0 +1,6 @@
    +[gerrit]
    +host=review.farm.example
    +port=29419
    +project=wiki/services/trending-edits/deploy.git
    +defaultbranch=master
    +track=1
    --- /dev/null
    +++ b/.gitmodules
    @@ -0,0 +1,3 @@
    +[submodule "src"]
    +	path = src
    +	url = https://review.farm.example/p/wiki/services/trending-edits
    --- stderr
    scap: HOME/work/deploy: would change 5 files, 24 lines added, 0 removed
    next: svcgen scap --repo deploy
    "#);
    let yes = ["scap", "--repo", "deploy", "--yes"];
    assert_snapshot!(said(&env, &yes), @"
    exit 0
    scap: HOME/work/deploy: changes 5 files, 24 lines added, 0 removed
    verified: scap directory
    scap: written
    next: svcgen scap --repo deploy --commit
    ");
    assert_snapshot!(env.svcgen(&yes).show(), @"
    exit 0
    --- stdout
    --- stderr
    scap: HOME/work/deploy: nothing to do
    ");
    env.write("deploy/scap/checks.yaml", "checks: [\n");
    assert_snapshot!(said(&env, &dry), @"
    exit 0
    scap: HOME/work/deploy: nothing to do
    ");
    env.write(
        "deploy/scap/checks.yaml",
        "checks:\n  endpoints:\n    type: nonsense\n    command: x\n",
    );
    env.replace("deploy/scap/targets", "trending1001", "trending1009");
    assert_snapshot!(said(&env, &yes), @"
    exit 11
    warning: scap/targets: `trending1001.north.farm.example` was removed, and is written again
    scap: HOME/work/deploy: changes 1 file, 1 line added, 0 removed
    error: `scap/targets` is in no commit yet, and svcgen did not write all of it
    hint: git -C HOME/work/deploy add -- scap/targets && git -C HOME/work/deploy commit -m 'Add scap/targets' -- scap/targets
    hint: `--force` changes the file anyway
    ");
}

#[test]
fn source_shows_applies_and_does_not_repeat() {
    let env = env("source");
    env.repository("deploy");
    let dry = ["source", "--repo", "source", "--dry-run"];
    assert_snapshot!(env.svcgen(&dry).show(), @r#"
    exit 3
    --- stdout
    --- a/package.json
    +++ b/package.json
    @@ -20,5 +20,16 @@
       "devDependencies": {
         "mocha": "^10.2.0"
       },
    -  "engines": { "node": ">=18" }
    +  "engines": { "node": ">=18" },
    +  "deploy": {
    +    "target": "debian",
    +    "node": "system",
    +    "dependencies": {
    +      "ubuntu": [],
    +      "debian": [
    +        "librdkafka-dev"
    +      ],
    +      "_all": []
    +    }
    +  }
     }
    git config deploy.dir HOME/work/deploy
    --- stderr
    source: HOME/work/source: would change 1 file, 12 lines added, 1 removed
    next: svcgen source --repo source
    "#);
    let yes = ["source", "--repo", "source", "--yes"];
    assert_snapshot!(said(&env, &yes), @"
    exit 0
    source: HOME/work/source: changes 1 file, 12 lines added, 1 removed
    source: written
    next: svcgen source --repo source --commit
    ");
    assert_eq!(
        env.git("source", &["config", "deploy.dir"]),
        format!(
            "{}\n",
            env.work().join("deploy").canonicalize().unwrap().display()
        )
    );
    assert_snapshot!(env.svcgen(&yes).show(), @"
    exit 0
    --- stdout
    --- stderr
    source: HOME/work/source: nothing to do
    ");
    env.write("source/package.json", "{\"name\": \"x\",}\n");
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: package.json:1: a comma follows the last item of a list or object
    hint: correct that line, and run this again
    ");
    env.write(
        "source/package.json",
        "{\"name\": \"x\", \"deploy\": {\"target\": \"ubuntu\"}}\n",
    );
    assert_snapshot!(said(&env, &dry), @"
    exit 11
    source: HOME/work/source: would change 1 file, 1 line added, 1 removed
    error: `package.json` has uncommitted changes that svcgen did not make
    hint: commit them, or put them away: `git -C HOME/work/source stash push -u -- package.json`
    hint: `--force` changes the file anyway
    ");
    std::fs::remove_file(env.work().join("source/package.json")).unwrap();
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: `HOME/work/source` is not recognised as the source repository of a Node.js service
    cause: looked for package.json
    hint: git -C HOME/work/source restore package.json    brings it back
    ");
    env.git("source", &["commit", "-q", "--all", "-m", "Remove it"]);
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: `HOME/work/source` is not recognised as the source repository of a Node.js service
    cause: looked for package.json
    hint: name the root of its checkout: by an option, or in the configuration
    hint: `npm init` writes a `package.json`
    hint: for a service of another language take `source` out of the configuration: the other repositories do without
    ");
}
