//! `svcgen vagrant`, through the program, in the sample tree; and what all generators have in common.

mod output;
mod refused;

use insta::assert_snapshot;

use crate::support::Env;

const DRY: &[&str] = &["vagrant", "--repo", "vagrant", "--dry-run"];
const YES: &[&str] = &["vagrant", "--repo", "vagrant", "--yes", "--no-verify"];
const HIERADATA: &str = "vagrant/puppet/hieradata/common.yaml";
const CLASS: &str = "vagrant/puppet/modules/trendingedits/manifests/init.pp";

fn env() -> Env {
    let env = Env::with_model();
    env.repository("vagrant");
    env
}

/// What a run says of itself; the diff is left to the tests that are about it.
fn said(env: &Env, arguments: &[&str]) -> String {
    let run = env.svcgen(arguments);
    format!("exit {}\n{}", run.code, run.stderr)
}

#[test]
fn a_dry_run_shows_the_diff_and_changes_nothing() {
    let env = env();
    let run = env.svcgen(DRY);
    assert_snapshot!(run.show(), @r#"
    exit 3
    --- stdout
    --- /dev/null
    +++ b/puppet/modules/trendingedits/manifests/init.pp
    @@ -0,0 +1,37 @@
    +# == Class: trendingedits
    +#
    +# Computes the list of currently trending articles from the stream of edits.
    +#
    +# === Parameters
    +#
    +# [*port*]
    +#   Port the trending-edits service listens on for incoming connections.
    +#
    +# [*broker_list*]
    +#   Comma-separated list of Kafka broker URIs.
    +#
    +# [*max_age*]
    +#   Seconds after which an edit no longer counts. Default: 86400
    +#
    +# [*log_level*]
    +#   The lowest level to log (trace, debug, info, warn, error, fatal)
    +#
    +class trendingedits(
    +    $port,
    +    $broker_list,
    +    $max_age   = 86400,
    +    $log_level = undef,
    +) {
    +
    +    service::node { 'trending-edits':
    +        port         => $port,
    +        git_remote   => sprintf($::git::urlformat, 'wiki/services/trending-edits'),
    +        log_level    => $log_level,
    +        config       => {
    +            broker_list => $broker_list,
    +            max_age     => $max_age,
    +        },
    +        node_version => '20',
    +    }
    +
    +}
    --- a/puppet/hieradata/common.yaml
    +++ b/puppet/hieradata/common.yaml
    @@ -19,6 +19,9 @@
     service::log_dir: "%{lookup('wiki::root_dir')}/logs"
     service::log_level: info
     
    +trendingedits::port: 6699
    +trendingedits::broker_list: '127.0.0.1:9092'
    +
     wiki::root_dir: /vagrant
     wiki::data_dir: /srv
     wiki::extensions:
    --- /dev/null
    +++ b/puppet/modules/role/manifests/trendingedits.pp
    @@ -0,0 +1,7 @@
    +# == Class: role::trendingedits
    +#
    +# Computes the list of currently trending articles from the stream of edits.
    +#
    +class role::trendingedits {
    +    include ::trendingedits
    +}
    --- /dev/null
    +++ b/puppet/modules/role/settings/trendingedits.yaml
    @@ -0,0 +1,2 @@
    +forward_ports:
    +  6699: 6699
    --- stderr
    vagrant: HOME/work/vagrant: would change 4 files, 49 lines added, 0 removed
    next: svcgen vagrant --repo vagrant
    "#);
    assert_eq!(env.status("vagrant"), "");
    assert!(!env.has("vagrant/.git/svcgen"));
}

#[test]
fn what_is_applied_is_what_was_shown_and_is_not_repeated() {
    let env = env();
    let shown = env.svcgen(DRY).stdout;
    let run = env.svcgen(YES);
    assert_eq!(run.stdout, shown);
    assert_snapshot!(format!("exit {}\n{}", run.code, run.stderr), @"
    exit 0
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    vagrant: written
    next: svcgen vagrant --repo vagrant --commit
    ");
    assert_snapshot!(env.status("vagrant"), @"
     M puppet/hieradata/common.yaml
    ?? puppet/modules/role/manifests/trendingedits.pp
    ?? puppet/modules/role/settings/trendingedits.yaml
    ?? puppet/modules/trendingedits/manifests/init.pp
    ");
    assert_snapshot!(env.svcgen(YES).show(), @"
    exit 0
    --- stdout
    --- stderr
    vagrant: HOME/work/vagrant: nothing to do
    ");
    assert_snapshot!(env.svcgen(DRY).show(), @"
    exit 0
    --- stdout
    --- stderr
    vagrant: HOME/work/vagrant: nothing to do
    ");
}

#[test]
fn a_changed_model_changes_its_own_lines_and_keeps_those_of_others() {
    let env = env();
    env.svcgen(YES);
    env.replace(
        CLASS,
        "# === Parameters\n",
        "# Ask Ada first.\n#\n# === Parameters\n",
    );
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    env.replace("svcgen.yaml", "default: 86400", "default: 3600");
    assert_snapshot!(env.svcgen(YES).show(), @r#"
    exit 11
    --- stdout
    --- a/puppet/modules/trendingedits/manifests/init.pp
    +++ b/puppet/modules/trendingedits/manifests/init.pp
    @@ -13,7 +13,7 @@
     #   Comma-separated list of Kafka broker URIs.
     #
     # [*max_age*]
    -#   Seconds after which an edit no longer counts. Default: 86400
    +#   Seconds after which an edit no longer counts. Default: 3600
     #
     # [*log_level*]
     #   The lowest level to log (trace, debug, info, warn, error, fatal)
    @@ -21,7 +21,7 @@
     class trendingedits(
         $port,
         $broker_list,
    -    $max_age   = 86400,
    +    $max_age   = 3600,
         $log_level = undef,
     ) {
     
    --- a/puppet/hieradata/common.yaml
    +++ b/puppet/hieradata/common.yaml
    @@ -19,7 +19,7 @@
     service::log_dir: "%{lookup('wiki::root_dir')}/logs"
     service::log_level: info
     
    -trendingedits::port: 6699
    +trendingedits::port: 6700
     trendingedits::broker_list: '127.0.0.1:9092'
     
     wiki::root_dir: /vagrant
    --- a/puppet/modules/role/settings/trendingedits.yaml
    +++ b/puppet/modules/role/settings/trendingedits.yaml
    @@ -1,2 +1,2 @@
     forward_ports:
    -  6699: 6699
    +  6700: 6700
    --- stderr
    vagrant: HOME/work/vagrant: changes 3 files, 4 lines added, 4 removed
    error: `puppet/modules/trendingedits/manifests/init.pp` is in no commit yet, and svcgen did not write all of it
    hint: git -C HOME/work/vagrant add -- puppet/modules/trendingedits/manifests/init.pp && git -C HOME/work/vagrant commit -m 'Add puppet/modules/trendingedits/manifests/init.pp' -- puppet/modules/trendingedits/manifests/init.pp
    hint: `--force` changes the file anyway
    "#);
    assert!(env.read(CLASS).contains("# Ask Ada first.\n"));
}

#[test]
fn an_empty_folder_takes_the_place_of_a_checkout() {
    let env = Env::with_model();
    let output = ["vagrant", "--output", "out/vagrant", "--yes"];
    let run = env.svcgen(&output);
    assert_snapshot!(format!("exit {}\n{}", run.code, run.stderr), @"
    exit 0
    vagrant: HOME/work/out/vagrant: changes 4 files, 48 lines added, 0 removed
    vagrant: written
    ");
    assert_snapshot!(env.list("out"), @"
    out/vagrant/puppet/hieradata/common.yaml
    out/vagrant/puppet/modules/role/manifests/trendingedits.pp
    out/vagrant/puppet/modules/role/settings/trendingedits.yaml
    out/vagrant/puppet/modules/trendingedits/manifests/init.pp
    ");
    assert_snapshot!(said(&env, &output), @"
    exit 11
    error: `out/vagrant` is not empty
    hint: name an empty folder, or a checkout with `--repo`
    ");
    env.write("file", "x");
    assert_snapshot!(said(&env, &["vagrant", "--output", "file", "--yes"]), @"
    exit 2
    error: `file` is not a folder
    hint: name an existing folder
    ");
    std::os::unix::fs::symlink("elsewhere", env.work().join("link")).unwrap();
    assert_snapshot!(said(&env, &["vagrant", "--output", "link/vagrant", "--yes"]), @"
    exit 2
    error: `link/vagrant` is not a folder
    hint: name an existing folder
    ");
    std::fs::create_dir(env.work().join("elsewhere")).unwrap();
    assert_snapshot!(said(&env, &["vagrant", "--output", "link/vagrant", "--yes"]), @"
    exit 0
    vagrant: HOME/work/elsewhere/vagrant: changes 4 files, 48 lines added, 0 removed
    vagrant: written
    ");
    assert_snapshot!(said(&env, &["vagrant", "--output", "x", "--dry-run"]), @"
    exit 3
    vagrant: HOME/work/x: would change 4 files, 48 lines added, 0 removed
    next: svcgen vagrant --output x
    ");
    assert!(!env.has("x"));
    assert_snapshot!(said(&env, &["vagrant", "--output", "x", "--repo", "y"]), @"
    exit 2
    error: the argument '--output <DIR>' cannot be used with '--repo <CHECKOUT>'

    Usage: svcgen vagrant --output <DIR>

    For more information, try '--help'.
    ");
}

#[test]
fn what_somebody_else_wrote_stays() {
    let env = env();
    env.write(
        "vagrant/puppet/modules/role/settings/trendingedits.yaml",
        "vagrant_ram: 1\n",
    );
    env.git("vagrant", &["add", "."]);
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    vagrant: HOME/work/vagrant: would change 3 files, 47 lines added, 0 removed, 1 conflict
    error: puppet/modules/role/settings/trendingedits.yaml: it already exists, and svcgen did not write it
    hint: correct the file by hand so that it says what svcgen would write, or change the model
    hint: `svcgen vagrant --repo HOME/work/vagrant --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
    env.git(
        "vagrant",
        &[
            "rm",
            "--force",
            "--quiet",
            "puppet/modules/role/settings/trendingedits.yaml",
        ],
    );
    env.replace(
        HIERADATA,
        "wiki::root_dir",
        "trendingedits::port: 7000\n\nwiki::root_dir",
    );
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    vagrant: HOME/work/vagrant: would change 3 files, 46 lines added, 0 removed, 1 conflict
    error: puppet/hieradata/common.yaml:26: `trendingedits::port` is `7000` already, not `6699`
    hint: correct the file by hand so that it says what svcgen would write, or change the model
    hint: commit or stash what is uncommitted in `puppet/hieradata/common.yaml`, then `svcgen vagrant --repo HOME/work/vagrant --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
    env.git("vagrant", &["checkout", "--quiet", "."]);
    env.svcgen(YES);
    env.replace(CLASS, "86400", "7200");
    env.replace("svcgen.yaml", "default: 86400", "default: 3600");
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    vagrant: HOME/work/vagrant: would change 1 file, 8 lines added, 0 removed, 2 conflicts
    error: puppet/modules/trendingedits/manifests/init.pp:14: someone changed the same lines that svcgen would change
    cause: puppet/modules/trendingedits/manifests/init.pp:26: someone changed the same lines that svcgen would change
    hint: `svcgen vagrant --repo HOME/work/vagrant --force` marks them in the file, as git does
    hint: `svcgen vagrant --repo HOME/work/vagrant --force --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
}
