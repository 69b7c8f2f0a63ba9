use camino::Utf8Path;

use super::Extent;
use crate::transport::Word;

/// The program that reads a log on its host; nothing is installed there.
const PROGRAM: &str = include_str!("remote.sh");

/// The words that start it.
pub(super) fn words(log: &Utf8Path, lines: &str, extent: Extent) -> Vec<Word> {
    let extent = match extent {
        Extent::ToEnd => "end",
        Extent::Follow => "follow",
    };
    let words = ["sh", "-c", PROGRAM, "svcgen-tail"].map(Word::Borrowed);
    let arguments = [log.as_str(), lines, extent].map(|word| word.to_owned().into());
    words.into_iter().chain(arguments).collect()
}
