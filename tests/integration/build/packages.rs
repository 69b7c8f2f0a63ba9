//! Packages that come from elsewhere than the distribution, installed by apt in an image as svcgen makes it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::lab;
use crate::support::kitchen::Kitchen;
use crate::support::{FileServer, Lab, Run};

/// Debian with all that builds need, and no source of packages.
const OFFLINE: &str = "svcgen-test:offline";

/// Runs a program, which has to go well.
#[track_caller]
fn output(program: &str, arguments: &[&str], folder: &Path) -> String {
    let mut command = Command::new(program);
    let output = command.args(arguments).current_dir(folder).output();
    let output = output.unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {words}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// An engine with the image on which nothing can be fetched from Debian, and a server for packages.
fn market() -> Option<(Lab, FileServer)> {
    let lab = lab()?;
    let folder = tempfile::tempdir().unwrap();
    let lines = format!(
        "FROM {}\nRUN rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*\n",
        Lab::BASE
    );
    std::fs::write(folder.path().join("Dockerfile"), lines).unwrap();
    let folder = folder.path().to_str().unwrap();
    lab.docker(&[
        "build",
        "--quiet",
        "--network=host",
        "--tag",
        OFFLINE,
        folder,
    ]);
    Some((lab, FileServer::start()))
}

/// Builds a package whose one file, `/usr/share/NAME`, says what it is.
fn deb(folder: &Path, name: &str, depends: &str) {
    let root = tempfile::tempdir().unwrap();
    for below in ["DEBIAN", "usr/share"] {
        std::fs::create_dir_all(root.path().join(below)).unwrap();
    }
    let control = format!(
        "Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: Ada <ada@example.org>\n\
         Description: for tea\n{depends}"
    );
    std::fs::write(root.path().join("DEBIAN/control"), control).unwrap();
    let text = format!("there is a {name}\n");
    std::fs::write(root.path().join("usr/share").join(name), text).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    let file = folder.join(format!("{name}.deb"));
    let arguments = ["--root-owner-group", "--build", ".", file.to_str().unwrap()];
    output("dpkg-deb", &arguments, root.path());
}

/// Makes a repository of apt's, without a signature, of one package.
fn repository(folder: &Path, release: &str, name: &str) {
    deb(&folder.join("pool"), name, "");
    let path = format!("pool/{name}.deb");
    let architecture = output("dpkg", &["--print-architecture"], folder);
    let list = format!("main/binary-{architecture}/Packages");
    let lists = folder.join("dists").join(release);
    std::fs::create_dir_all(lists.join(&list).parent().unwrap()).unwrap();
    let entry = format!(
        "{}\nFilename: {path}\n{}\n\n",
        output("dpkg-deb", &["--field", &path], folder),
        sum(folder, &path, "\n"),
    );
    std::fs::write(lists.join(&list), entry).unwrap();
    let text = format!(
        "Suite: {release}\nDate: Mon, 23 Nov 2026 00:00:00 UTC\nComponents: main\nArchitectures: {architecture} all\nSHA256:\n {}\n",
        sum(&lists, &list, " "),
    );
    std::fs::write(lists.join("Release"), text).unwrap();
}

/// The checksum and the size of a file: as a list of packages has them on lines, or as a release has them on one.
fn sum(folder: &Path, file: &str, between: &str) -> String {
    let size = std::fs::metadata(folder.join(file)).unwrap().len();
    let sum = output("sha256sum", &[file], folder);
    let (sum, _) = sum.split_once(' ').unwrap();
    match between {
        "\n" => format!("SHA256: {sum}\nSize: {size}"),
        _ => format!("{sum} {size} {file}"),
    }
}

/// A service that needs packages, and whose installation shows files of theirs.
fn kitchen(packages: &Value, shown: &[&str]) -> Kitchen {
    let files: Vec<String> = shown.iter().map(|it| format!("/usr/share/{it}")).collect();
    Kitchen::with_cup(json!({
        "name": "tea", "version": "0.1.0",
        "scripts": {"install": format!("cat {}", files.join(" "))},
        "deploy": {"target": OFFLINE, "dependencies": {"_all": packages}},
    }))
}

/// Builds with the Dockerfile of svcgen, on a machine that trusts the server.
fn build(kitchen: &Kitchen, lab: &Lab, server: &FileServer) -> Run {
    let mut command = kitchen.command_in_whole(lab, &[]);
    kitchen.run(command.env("SSL_CERT_FILE", server.authority()))
}

#[test]
fn package_files_are_installed_together_over_http_and_https() {
    let Some((lab, server)) = market() else {
        return;
    };
    // Each needs the other: neither can be the first.
    deb(server.folder(), "spoon", "Depends: saucer\n");
    deb(server.folder(), "saucer", "Depends: spoon\n");
    let packages = json!([
        {"uri": format!("{}/spoon.deb", server.http)},
        {"uri": format!("{}/saucer.deb?of=today", server.https)},
    ]);
    let kitchen = kitchen(&packages, &["spoon", "saucer"]);
    let run = build(&kitchen, &lab, &server);
    assert_eq!(run.code, 0, "{}", run.show());
    for shown in ["  there is a spoon\n", "  there is a saucer\n"] {
        assert!(run.stderr.contains(shown), "{}", run.show());
    }
    // The image is found again: nothing is fetched.
    let paths = ["/spoon.deb", "/saucer.deb?of=today"];
    assert_eq!(server.asked(), paths);
    kitchen.git(&["branch", "--quiet", "-D", Kitchen::TOPIC]);
    let run = build(&kitchen, &lab, &server);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(server.asked(), paths);
}

#[test]
fn packages_of_another_source_are_installed_over_http_and_https() {
    let Some((lab, server)) = market() else {
        return;
    };
    repository(&server.folder().join("plain"), "leaves", "kettle");
    repository(&server.folder().join("safe"), "bags", "teapot");
    let source = |url: &str, release, name| json!({"repo_url": url, "release": release, "pool": "main", "packages": [name]});
    let packages = json!([
        source(&format!("{}/plain", server.http), "leaves", "kettle"),
        source(&format!("{}/safe", server.https), "bags", "teapot"),
    ]);
    let kitchen = kitchen(&packages, &["kettle", "teapot"]);
    let run = build(&kitchen, &lab, &server);
    assert_eq!(run.code, 0, "{}", run.show());
    for shown in ["  there is a kettle\n", "  there is a teapot\n"] {
        assert!(run.stderr.contains(shown), "{}", run.show());
    }
}

#[test]
fn what_a_machine_does_not_trust_is_not_installed() {
    let Some((lab, server)) = market() else {
        return;
    };
    deb(server.folder(), "spoon", "");
    let kitchen = kitchen(
        &json!([{"uri": format!("{}/spoon.deb", server.https)}]),
        &["spoon"],
    );
    let before = kitchen.state();
    let run = kitchen.run(&mut kitchen.command_in_whole(&lab, &[]));
    assert_eq!(run.code, 1, "{}", run.show());
    insta::assert_snapshot!(run.stderr.replace(&server.https, "SERVER"), @"
    warning: the source has no lock file: each build takes the newest versions that fit
    build: the log is HOME/.local/state/svcgen/builds/tea/TIME.log
    build: an image based on svcgen-test:offline
    error: the image cannot be made: `RUN apt-get update && mkdir /tmp/packages && wget --no-verbose --output-document=/tmp/packages/1.deb SERVER/spoon.deb && apt-get install --yes /tmp/packages/*.deb && rm -rf /tmp/packages /var/lib/apt/lists/*` ended with code 5
    cause: ERROR: The certificate of '127.0.0.1' is not trusted.
           ERROR: The certificate of '127.0.0.1' doesn't have a known issuer.
    hint: `SSL_CERT_FILE=FILE` names the certificates of your organisation
    hint: `HOME/.local/state/svcgen/builds/tea/TIME.log` has the complete output
    ");
    assert_eq!(kitchen.state(), before);
}

#[test]
fn a_package_file_that_is_not_there_is_named() {
    let Some((lab, server)) = market() else {
        return;
    };
    let kitchen = kitchen(
        &json!([{"uri": format!("{}/spoon.deb", server.http)}]),
        &["spoon"],
    );
    let before = kitchen.state();
    let run = build(&kitchen, &lab, &server);
    assert_eq!(run.code, 1, "{}", run.show());
    insta::assert_snapshot!(run.stderr.replace(&server.http, "SERVER"), @"
    warning: the source has no lock file: each build takes the newest versions that fit
    build: the log is HOME/.local/state/svcgen/builds/tea/TIME.log
    build: an image based on svcgen-test:offline
    error: the image cannot be made: `RUN apt-get update && mkdir /tmp/packages && wget --no-verbose --output-document=/tmp/packages/1.deb SERVER/spoon.deb && apt-get install --yes /tmp/packages/*.deb && rm -rf /tmp/packages /var/lib/apt/lists/*` ended with code 8
    cause: SERVER/spoon.deb:
           TIME ERROR 404: Not Found.
    hint: correct `deploy.dependencies` in `package.json` of the source repository
    hint: `HOME/.local/state/svcgen/builds/tea/TIME.log` has the complete output
    ");
    assert_eq!(kitchen.state(), before);
}

#[test]
fn a_source_that_lacks_a_package_is_named() {
    let Some((lab, server)) = market() else {
        return;
    };
    repository(server.folder(), "leaves", "kettle");
    let packages = json!([
        {"repo_url": server.http, "release": "leaves", "pool": "main", "packages": ["samovar"]},
    ]);
    let kitchen = kitchen(&packages, &["samovar"]);
    let run = build(&kitchen, &lab, &server);
    assert_eq!(run.code, 1, "{}", run.show());
    insta::assert_snapshot!(run.stderr.replace(&server.http, "SERVER"), @"
    warning: the source has no lock file: each build takes the newest versions that fit
    build: the log is HOME/.local/state/svcgen/builds/tea/TIME.log
    build: an image based on svcgen-test:offline
    error: the image cannot be made: `RUN echo deb '[trusted=yes]' SERVER leaves main > /etc/apt/sources.list.d/svcgen-1.list && apt-get update && apt-get install --yes --target-release leaves samovar && rm -rf /var/lib/apt/lists/*` ended with code 100
    cause: E: Unable to locate package samovar
    hint: correct `deploy.dependencies` in `package.json` of the source repository
    hint: `HOME/.local/state/svcgen/builds/tea/TIME.log` has the complete output
    ");
}
