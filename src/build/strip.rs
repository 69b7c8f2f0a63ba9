//! Removes from `node_modules` what production does not need.

use std::io;

use camino::Utf8Path;
use serde_json::Value;

/// Removes what production does not need, by the rules of service-runner, and what differs from build to build.
///
/// The rules are for names, in any case: what contains `.git`, what ends with `.md`, `readme` or `licence`. The folder of a
/// package itself stays whatever it is called, and so does code that Node loads.
pub(super) fn strip(modules: &Utf8Path) -> io::Result<()> {
    if modules.is_dir() {
        folder(modules, Kind::Modules)?;
    }
    Ok(())
}

/// What a folder is, which decides what in it may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `node_modules`: what is in it are packages, scopes, and npm's own files.
    Modules,
    /// `@scope`: what is in it are packages.
    Scope,
    Package,
    /// `build` of a native module.
    Gyp,
    /// `build/Release` of a native module.
    Release,
    Plain,
}

/// What node-gyp leaves beside what it built: it names folders of the machine, and nobody needs it.
const GYP_FILES: [&str; 4] = ["Makefile", "config.gypi", "gyp-mac-tool", "node_gyp_bins"];
const RELEASE_FOLDERS: [&str; 3] = [".deps", "obj", "obj.target"];
const RELEASE_ENDS: [&str; 3] = [".o", ".d", ".a"];

/// What npm and others write into `node_modules` for themselves.
const MODULES_FILES: [&str; 3] = [".package-lock.json", ".cache", ".yarn-integrity"];

/// The ends of what Node loads.
const CODE: [&str; 5] = [".js", ".cjs", ".mjs", ".json", ".node"];

fn folder(path: &Utf8Path, kind: Kind) -> io::Result<()> {
    let is_native = path.join("binding.gyp").exists();
    for entry in path.read_dir_utf8()? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        let is_folder = entry.file_type()?.is_dir();
        if goes(name, kind, is_folder) {
            remove(path, is_folder)?;
        } else if is_folder {
            folder(path, inside(name, kind, is_native))?;
        } else if name == "package.json" && entry.file_type()?.is_file() {
            forget_places(path)?;
        }
    }
    Ok(())
}

/// What a folder is, by its name and what it is in.
fn inside(name: &str, kind: Kind, is_native: bool) -> Kind {
    match kind {
        Kind::Modules if name.starts_with('@') => Kind::Scope,
        // Links to programs.
        Kind::Modules if name == ".bin" => Kind::Plain,
        Kind::Modules | Kind::Scope => Kind::Package,
        _ if name == "node_modules" => Kind::Modules,
        _ if name == "build" && is_native => Kind::Gyp,
        Kind::Gyp if name == "Release" || name == "Debug" => Kind::Release,
        Kind::Gyp | Kind::Release | Kind::Package | Kind::Plain => Kind::Plain,
    }
}

/// Whether something is removed.
fn goes(name: &str, kind: Kind, is_folder: bool) -> bool {
    if name == "__pycache__" || name.ends_with(".pyc") {
        return true;
    }
    match kind {
        Kind::Modules if MODULES_FILES.contains(&name) => return true,
        Kind::Modules | Kind::Scope if is_folder => return false,
        Kind::Gyp if GYP_FILES.contains(&name) || name.ends_with(".mk") => return true,
        Kind::Gyp if name.ends_with(".Makefile") => return true,
        Kind::Release if RELEASE_FOLDERS.contains(&name) => return true,
        Kind::Release if RELEASE_ENDS.iter().any(|end| name.ends_with(end)) => return true,
        Kind::Modules | Kind::Scope | Kind::Package | Kind::Gyp | Kind::Release | Kind::Plain => {}
    }
    let name = name.to_ascii_lowercase();
    if name.starts_with(".git") {
        return true;
    }
    if name.contains(".git") {
        return is_folder || !CODE.iter().any(|end| name.ends_with(end));
    }
    [".md", "readme", "licence"]
        .iter()
        .any(|end| name.ends_with(end))
}

fn remove(path: &Utf8Path, is_folder: bool) -> io::Result<()> {
    if is_folder {
        fs_err::remove_dir_all(path)
    } else {
        fs_err::remove_file(path)
    }
}

/// Removes the folders of the machine that npm up to version 6 wrote into the `package.json` of a package.
fn forget_places(path: &Utf8Path) -> io::Result<()> {
    let text = fs_err::read(path)?;
    let has = |word: &[u8]| text.windows(word.len()).any(|part| part == word);
    if !has(b"\"_where\"") && !has(b"\"_args\"") {
        return Ok(());
    }
    let Ok(Value::Object(mut package)) = serde_json::from_slice(&text) else {
        return Ok(());
    };
    package.retain(|key, _| key != "_where" && key != "_args");
    let mut written = serde_json::to_string_pretty(&package)?;
    written.push('\n');
    fs_err::write(path, written)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files that are left.
    fn left(files: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        for file in files {
            let path = root.join("node_modules").join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "{}").unwrap();
        }
        strip(&root.join("node_modules")).unwrap();
        let kept = files
            .iter()
            .filter(|it| root.join("node_modules").join(it).exists());
        kept.map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn the_rules_are_those_of_service_runner() {
        let kept = [
            "a/LICENSE",
            "a/index.js",
            "a/license.txt",
            "a/readme.js",
            "a/x.mdx",
        ];
        let gone = [
            "a/.gitignore",
            "a/.github/x.js",
            "a/README.md",
            "a/docs/Guide.MD",
            "a/README",
            "a/LICENCE",
            "a/x.gitkeep",
            "a/readme/x.js",
            "a/node_modules/b/.git/HEAD",
        ];
        assert_eq!(left(&[&kept[..], &gone[..]].concat()), kept);
    }

    #[test]
    fn packages_and_code_stay_whatever_they_are_called() {
        let kept = [
            "get-readme/x.js",
            "@s/x.md/x.js",
            "a/lib/api.github.js",
            "b/node_modules/io.github/x.js",
        ];
        assert_eq!(left(&kept), kept);
    }

    #[test]
    fn what_tools_leave_for_themselves_goes() {
        let kept = [
            "n/binding.gyp",
            "n/build/Release/n.node",
            "n/build/Release/lib.so",
            "m/build/Makefile",
        ];
        let gone = [
            ".package-lock.json",
            ".cache/x",
            "n/build/Makefile",
            "n/build/n.target.mk",
            "n/build/config.gypi",
            "n/build/Release/.deps/x.d",
            "n/build/Release/obj.target/n.o",
            "n/gyp/__pycache__/x.pyc",
            "n/build/binding.Makefile",
            "n/build/node_gyp_bins/python3",
        ];
        assert_eq!(left(&[&kept[..], &gone[..]].concat()), kept);
    }

    #[test]
    fn folders_of_the_machine_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let package = root.join("a/package.json");
        fs_err::create_dir_all(root.join("a")).unwrap();
        fs_err::write(
            &package,
            "{\"name\":\"a\",\"_where\":\"/home/ada\",\"_id\":\"a@1\"}",
        )
        .unwrap();
        strip(root).unwrap();
        let text = fs_err::read_to_string(package).unwrap();
        assert_eq!(text, "{\n  \"name\": \"a\",\n  \"_id\": \"a@1\"\n}\n");
    }
}
