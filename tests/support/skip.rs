use std::path::Path;
use std::process::Command;

/// Whether a tool is installed.
///
/// Where it is not, the test is skipped: that is written to a file which `tests/run` shows. On CI it is a failure.
pub(crate) fn has_tool(tool: &str) -> bool {
    let is_there = which::which(tool).is_ok();
    if !is_there {
        lacks(tool);
    }
    is_there
}

/// Notes that a test is skipped for want of something that could be installed. On CI it is a failure.
pub(crate) fn lacks(tool: &str) {
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "this needs `{tool}`"
    );
    skip(tool);
}

/// Whether file systems may be mounted here. Where not, the test is skipped, on CI too.
pub(crate) fn may_mount() -> bool {
    let tried = Command::new("unshare").args(["--mount", "true"]).output();
    if tried.is_ok_and(|output| output.status.success()) {
        return true;
    }
    skip("root, to mount file systems");
    false
}

/// Notes that a test was skipped, and what it needs.
pub(crate) fn skip(needs: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped");
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    std::io::Write::write_all(
        &mut file,
        format!("skipped: {test} needs {needs}\n").as_bytes(),
    )
    .unwrap();
}
