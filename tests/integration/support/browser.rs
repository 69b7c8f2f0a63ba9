use std::path::Path;
use std::process::Command;

/// The browser's program.
pub(crate) const PROGRAM: &str = "chromium";

/// What is on a page once it is loaded.
pub(crate) fn dom(page: &Path) -> String {
    let output = run(page, &["--dump-dom"]);
    String::from_utf8(output).unwrap()
}

/// The same in a window of so many points.
pub(crate) fn dom_at(page: &Path, width: u32) -> String {
    let size = format!("--window-size={width},2000");
    let output = run(page, &["--dump-dom", &size]);
    String::from_utf8(output).unwrap()
}

/// A picture of a page, or of its beginning, so many points wide and high.
pub(crate) fn picture(page: &Path, width: u32, height: u32) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.png");
    let size = format!("--window-size={width},{height}");
    run(page, &[&size, &format!("--screenshot={}", file.display())]);
    std::fs::read(file).unwrap()
}

fn run(page: &Path, arguments: &[&str]) -> Vec<u8> {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(PROGRAM);
    command
        .env("HOME", home.path())
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .arg(format!(
            "--user-data-dir={}",
            home.path().join("data").display()
        ))
        .args(arguments)
        .arg(format!("file://{}", page.display()));
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
