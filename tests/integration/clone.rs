//! Both repositories of a service, side by side.

use camino::Utf8PathBuf;
use svcgen::configuration::User;
use svcgen::error::ErrorKind;
use svcgen::git::{deploy_dir, set_deploy_dir};
use svcgen::model::{Service, Site, Sites};
use svcgen::review::{Begun, Cloned, Fetched, ReviewError, Which, clone_repository};

use crate::support::gerrit::Gerrit;

const SOURCE: &str = "services/my-service";
const DEPLOY: &str = "services/my-service/deploy";

struct Fixture {
    gerrit: Gerrit,
    service: Service,
    site: Site,
}

impl Fixture {
    fn new() -> Self {
        let gerrit = Gerrit::new();
        let sites = gerrit.path("sites");
        fs_err::create_dir_all(&sites).unwrap();
        let site = format!(
            "version: 1\nname: test\ngerrit: {{url: '{}', prefix: services}}\n",
            gerrit.url()
        );
        fs_err::write(sites.join("test.yaml"), site).unwrap();
        let model = "version: 1\nsite: test\nname: my-service\ndescription: x\nport: 6000\nowner: {name: Ada}\n";
        let (service, site) =
            Service::parse("svcgen.yaml".into(), model, &Sites::new(Some(sites)), None).unwrap();
        Self {
            gerrit,
            service,
            site,
        }
    }

    fn folder(&self) -> Utf8PathBuf {
        self.gerrit.path("code")
    }

    fn clone(&self, which: Which) -> Result<Cloned, ReviewError> {
        let user = User {
            gerrit: None,
            name: Some("Ada".into()),
            email: svcgen::model::MailAddress::parse("ada@example.org").ok(),
        };
        clone_repository(&self.service, &self.site, &self.folder(), which, &user)
    }
}

#[test]
fn both_are_cloned_and_the_empty_one_is_begun() {
    let it = Fixture::new();
    it.gerrit.with_clone(SOURCE, &[("package.json", "{}\n")]);
    let bare = it.gerrit.create(DEPLOY);
    let cloned = [Which::Source, Which::Deploy].map(|which| it.clone(which).unwrap());
    let paths: Vec<_> = cloned
        .iter()
        .map(|c| (c.path.file_name().unwrap(), c.fetched, c.begun.clone()))
        .collect();
    assert_eq!(
        paths,
        [
            ("my-service", Fetched::Cloned, Begun::Already),
            ("deploy", Fetched::Cloned, Begun::Pushed)
        ]
    );
    let deploy = &cloned[1].path;
    assert_eq!(
        it.gerrit.git(&bare, &["ls-tree", "--name-only", "master"]),
        "README.md"
    );
    assert_eq!(
        it.gerrit
            .git(deploy, &["status", "--porcelain", "--branch"])
            .lines()
            .count(),
        1
    );
    let url = format!("{}/{DEPLOY}", it.gerrit.url());
    assert_eq!(it.gerrit.git(deploy, &["remote", "get-url", "gerrit"]), url);
    let message = it.gerrit.git(deploy, &["log", "-1", "--format=%B"]);
    assert!(
        message.starts_with("Begin the deploy repository\n\n")
            && message.contains("\n\nChange-Id: I"),
        "{message}"
    );

    let again = [Which::Source, Which::Deploy].map(|which| it.clone(which).unwrap());
    assert!(
        again
            .iter()
            .all(|c| c.fetched == Fetched::Fetched && c.begun == Begun::Already),
        "{again:?}"
    );
    assert_eq!(
        it.gerrit.git(&bare, &["rev-list", "--count", "master"]),
        "1"
    );
}

#[test]
fn a_first_commit_that_may_not_be_pushed_goes_to_review() {
    let it = Fixture::new();
    it.gerrit.create(DEPLOY);
    it.gerrit.set(DEPLOY, "direct", false);
    it.gerrit.set(DEPLOY, "empty", true);
    assert_eq!(it.clone(Which::Deploy).unwrap().begun, Begun::InReview);
    let changes = it.gerrit.changes(DEPLOY);
    assert_eq!(
        (changes.len(), changes[0]["options"].as_str()),
        (1, Some("topic=svcgen/my-service"))
    );
    assert_eq!(it.clone(Which::Deploy).unwrap().begun, Begun::InReview);
    assert_eq!(it.gerrit.changes(DEPLOY).len(), 1);
    it.gerrit.set(DEPLOY, "empty", false);
    fs_err::remove_dir_all(it.folder()).unwrap();
    let error = it.clone(Which::Deploy).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`gerrit` refused the change: branch master not found"
    );
}

#[test]
fn a_folder_that_is_something_else_is_not_touched() {
    let it = Fixture::new();
    it.gerrit.with_clone(SOURCE, &[("package.json", "{}\n")]);
    let other = it.gerrit.with_clone("services/other", &[("file", "x\n")]);
    fs_err::create_dir_all(it.folder()).unwrap();
    let place = it.folder().join("my-service");
    fs_err::create_dir_all(&place).unwrap();
    assert_eq!(
        it.clone(Which::Source).unwrap().fetched,
        Fetched::Cloned,
        "an empty folder is free"
    );
    fs_err::remove_dir_all(&place).unwrap();
    fs_err::rename(other, &place).unwrap();
    let error = it.clone(Which::Source).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(
        error
            .to_string()
            .ends_with("/git/services/other`, not of `services/my-service`"),
        "{error}"
    );
    fs_err::remove_dir_all(&place).unwrap();
    fs_err::write(&place, "a file").unwrap();
    let error = it.clone(Which::Source).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("already exists, and is not a git checkout"),
        "{error}"
    );
}

/// People have git rewrite addresses, to push over ssh what they fetch over https for example.
#[test]
fn a_clone_whose_address_git_rewrites_is_known() {
    let it = Fixture::new();
    it.gerrit.with_clone(SOURCE, &[("package.json", "{}\n")]);
    let path = it.clone(Which::Source).unwrap().path;
    let elsewhere = it.gerrit.path("elsewhere");
    fs_err::os::unix::fs::symlink(it.gerrit.path("git"), &elsewhere).unwrap();
    let key = format!("url.{elsewhere}/.insteadOf");
    let url = format!("{}/", it.gerrit.url());
    it.gerrit.git(&path, &["config", &key, &url]);
    assert_eq!(it.clone(Which::Source).unwrap().fetched, Fetched::Fetched);
}

#[test]
fn a_repository_that_is_not_there_leaves_nothing_behind() {
    let it = Fixture::new();
    let error = it.clone(Which::Source).unwrap_err();
    assert!(
        std::error::Error::source(&error)
            .unwrap()
            .to_string()
            .contains("fatal:"),
        "{error:?}"
    );
    assert!(!it.folder().join("my-service").exists());
}

#[test]
fn deploy_dir_is_set_once() {
    let it = Fixture::new();
    let source = it.gerrit.with_clone(SOURCE, &[("package.json", "{}\n")]);
    let deploy = it.gerrit.with_clone(DEPLOY, &[("README.md", "x\n")]);
    let setting = deploy_dir(&source, &deploy).unwrap().unwrap();
    assert_eq!(
        (
            setting.key,
            setting.before.as_deref(),
            setting.after.as_str()
        ),
        ("deploy.dir", None, deploy.as_str())
    );
    assert!(
        deploy_dir(&source, &deploy).unwrap().is_some(),
        "planning writes nothing"
    );
    set_deploy_dir(&source, &setting).unwrap();
    assert_eq!(
        it.gerrit
            .git(&source, &["config", "--get-all", "deploy.dir"]),
        deploy.as_str()
    );
    assert_eq!(deploy_dir(&source, &deploy).unwrap(), None);
    assert!(deploy_dir(&source, &it.folder().join("none")).is_err());
}
