use camino::Utf8Path;

use super::Extent;

/// The program that reads a log on its host; nothing is installed there.
const PROGRAM: &str = include_str!("remote.sh");

/// The words that start it.
pub(super) fn words(log: &Utf8Path, lines: &str, extent: Extent) -> Vec<String> {
    let extent = match extent {
        Extent::ToEnd => "end",
        Extent::Follow => "follow",
    };
    let words = [
        "sh",
        "-c",
        PROGRAM,
        "svcgen-tail",
        log.as_str(),
        lines,
        extent,
    ];
    words.map(str::to_owned).into()
}
