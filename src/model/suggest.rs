/// Finds the candidate that a misspelt word most likely means.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (likeness(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.82)
        // Of several that are as near, the first.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, candidate)| candidate)
}

/// Asks whether the candidate was meant that is most likely; says nothing where none is.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    suggest(word, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// The question as the end of a sentence, or nothing.
pub fn or_did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let question = did_you_mean(word, candidates);
    question.map_or_else(String::new, |question| format!("; {question}"))
}

/// How much two words are alike, from nought to one.
fn likeness(word: &str, candidate: &str) -> f64 {
    let (word, candidate) = (word.to_lowercase(), candidate.to_lowercase());
    let likeness = strsim::jaro_winkler(&word, &candidate);
    // Two letters that changed places make much of a short word.
    let is_short = (3..=6).contains(&word.chars().count());
    match is_short && strsim::osa_distance(&word, &candidate) == 1 {
        true => likeness.max(0.9),
        false => likeness,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let engines = ["ssh", "local", "scap"];
        for (word, meant) in [
            ("shs", Some("ssh")),
            ("sssh", Some("ssh")),
            ("loacl", Some("local")),
            ("Scpa", Some("scap")),
            ("docker", None),
            ("s", None),
            ("", None),
        ] {
            assert_eq!(suggest(word, engines), meant, "{word}");
        }
        assert_eq!(suggest("mian", ["master", "main", "mean"]), Some("main"));
    }
}
