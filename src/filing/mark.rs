//! The mark at the end of a task's text: by it the task is found again, and what people changed is seen.

use std::fmt;

use crate::conduit::Drawing;
use crate::model::ServiceName;

/// What the line of the mark begins with.
const LEAD: &str = "`svcgen ";

/// What readers of the task are told about it.
const NOTE: &str =
    "//svcgen wrote this text, and updates it for as long as nobody else edits it.//";

/// What a task is about: a service has one of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// As the field of the model, `service_request`.
    pub request: &'static str,
    pub service: ServiceName,
}

/// What a mark says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The title, as svcgen wrote it.
    pub title: Digest,
    /// What stands above the mark, as svcgen wrote it.
    text: Digest,
    /// The picture that is uploaded already, and what it shows.
    pub drawing: Option<(Drawing, Digest)>,
}

/// The beginning of the hash that git gives a text, whatever its line endings and the blanks around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    pub(super) fn of(text: &str) -> Self {
        let plain = normal(text);
        // Only a text that is too large for git has none; it differs from all others.
        let hash = git2::Oid::hash_object(git2::ObjectType::Blob, plain.as_bytes());
        Self(hash.map_or_else(|_| String::new(), |hash| hash.to_string()[..12].to_owned()))
    }

    fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.request, self.service)
    }
}

impl Mark {
    /// The mark of a subject in the text of a task.
    pub fn find(text: &str, subject: &Subject) -> Option<Self> {
        let (_, line) = split(text, subject)?;
        let fields = line.trim_matches('`').split(' ').skip(2);
        let (mut title, mut above, mut drawing) = (None, None, None);
        for field in fields {
            match field.split_once(':')? {
                ("title", digest) => title = Digest::parse(digest),
                ("text", digest) => above = Digest::parse(digest),
                ("flow", picture) => drawing = parse_drawing(picture),
                // Of a later svcgen.
                _ => {}
            }
        }
        Some(Self {
            title: title?,
            text: above?,
            drawing,
        })
    }

    /// Whether a text is as svcgen wrote it.
    pub fn is_untouched(&self, text: &str, subject: &Subject) -> bool {
        split(text, subject).is_some_and(|(above, line)| {
            // Below the mark is nothing of svcgen's.
            text.trim_end().ends_with(line) && Digest::of(above) == self.text
        })
    }
}

/// Writes a text with its mark.
pub(super) fn marked(
    title: &str,
    text: &str,
    subject: &Subject,
    drawing: Option<(Drawing, &str)>,
) -> String {
    let above = format!("{}\n\n---\n{NOTE}", text.trim_end());
    let flow = drawing
        .map(|(Drawing(number), content)| format!(" flow:F{number}:{}", Digest::of(content)));
    format!(
        "{above}\n{LEAD}{subject} title:{} text:{}{}`",
        Digest::of(title),
        Digest::of(&above),
        flow.unwrap_or_default()
    )
}

/// Whether two texts are the same to a reader.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    normal(one) == normal(other)
}

/// The text above the line of the mark, and that line.
fn split<'a>(text: &'a str, subject: &Subject) -> Option<(&'a str, &'a str)> {
    let lead = format!("{LEAD}{subject} ");
    let start = text.rfind(&lead)?;
    let (above, rest) = text.split_at(start);
    let line = rest.lines().next()?.trim_end();
    (above.is_empty() || above.ends_with('\n')).then_some((above, line))
}

fn parse_drawing(text: &str) -> Option<(Drawing, Digest)> {
    let (number, digest) = text.strip_prefix('F')?.split_once(':')?;
    Some((Drawing(number.parse().ok()?), Digest::parse(digest)?))
}

/// A text without what browsers and servers change on its way.
fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(service: &str) -> Subject {
        Subject {
            request: "service_request",
            service: ServiceName::parse(service).unwrap(),
        }
    }

    #[test]
    fn a_text_is_found_by_its_mark_and_changes_in_it_are_seen() {
        let own = subject("tea");
        let drawing = Some((Drawing(12), "<svg/>"));
        let text = marked("Title", "* one\n* two\n", &own, drawing);
        let mark = Mark::find(&text, &own).unwrap();
        assert_eq!(mark.title, Digest::of("Title"));
        assert_eq!(mark.drawing, Some((Drawing(12), Digest::of("<svg/>"))));
        assert!(mark.is_untouched(&text, &own));
        // As a browser sends it.
        assert!(mark.is_untouched(&format!("{}\r\n", text.replace('\n', "\r\n")), &own));
        for edited in [
            text.replace("* two", "* three"),
            format!("{text}\n\nThe hosts are a1 and a2."),
            format!("Note: {text}"),
        ] {
            let mark = Mark::find(&edited, &own).unwrap();
            assert!(!mark.is_untouched(&edited, &own), "{edited}");
        }
    }

    #[test]
    fn the_marks_of_others_are_not_taken() {
        let text = marked("Title", "Text", &subject("tea-pot"), None);
        assert_eq!(Mark::find(&text, &subject("tea")), None);
        let of_access = Subject {
            request: "access_request",
            ..subject("tea-pot")
        };
        assert_eq!(Mark::find(&text, &of_access), None);
        assert_eq!(Mark::find("", &subject("tea")), None);
        // Somebody quotes it in a sentence.
        let quoted = text.replace("\n`svcgen", " as in `svcgen");
        assert_eq!(Mark::find(&quoted, &subject("tea-pot")), None);
        for broken in ["title:", "title:zz", "title"] {
            let text = format!("`svcgen service_request/tea-pot {broken} text:0123456789ab`");
            assert_eq!(Mark::find(&text, &subject("tea-pot")), None, "{broken}");
        }
    }
}
