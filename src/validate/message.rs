/// An error as Puppet reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// What it says, without its places.
    pub(super) text: String,
    /// The innermost place first.
    pub(super) places: Vec<Location>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) path: String,
    pub(super) line: Option<usize>,
}

/// Takes the errors out of what Puppet wrote; it tells most of them more than once.
pub(super) fn errors(stderr: &[u8]) -> Vec<Message> {
    let text = String::from_utf8_lossy(stderr);
    let mut messages: Vec<Message> = Vec::new();
    for block in blocks(&text) {
        let message = read(&block);
        let is_same = |other: &&mut Message| other.text == message.text;
        match messages.iter_mut().find(is_same) {
            Some(known) if known.places.len() < message.places.len() => *known = message,
            Some(known)
                if known.places.is_empty()
                    || message.places.is_empty()
                    || known.places == message.places => {}
            _ => messages.push(message),
        }
    }
    let is_summary = |message: &Message| message.text.contains("Language validation logged");
    if !messages.iter().all(is_summary) {
        messages.retain(|message| !is_summary(message));
    }
    messages
}

/// Takes the errors that ended a compilation out of what Puppet wrote; others are logged before and end nothing.
pub(super) fn fatal_errors(stderr: &[u8]) -> Vec<Message> {
    let mut messages = errors(stderr);
    let sums_up = String::from_utf8_lossy(stderr).contains("Language validation logged");
    if !sums_up && messages.len() > 1 {
        messages.drain(..messages.len() - 1);
    }
    messages
}

/// The errors of the log, each with the lines that continue it.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        if let Some(error) = line.strip_prefix("Error: ") {
            is_open = !error.starts_with("Try 'puppet help");
            if is_open {
                blocks.push(error.to_owned());
            }
        } else if ["Warning: ", "Notice: ", "Info: ", "Debug: "]
            .iter()
            .any(|level| line.starts_with(level))
        {
            is_open = false;
        } else if let (true, Some(block)) = (is_open, blocks.last_mut()) {
            block.push('\n');
            block.push_str(line);
        }
    }
    blocks
}

fn read(block: &str) -> Message {
    let mut text = block.to_owned();
    for prefix in [
        "Could not call 'find' on 'catalog': ",
        "Could not parse for environment production: ",
        "Could not parse for environment *root*: ",
    ] {
        if let Some(rest) = text.strip_prefix(prefix) {
            text = rest.to_owned();
        }
    }
    if let Some(at) = text.rfind(" on node ")
        && !text[at + 9..].contains(char::is_whitespace)
    {
        text.truncate(at);
    }
    let mut places = Vec::new();
    places.extend(template_place(&text).or_else(|| syntax_place(&text)));
    while let Some((start, end, place)) = bracketed(&text) {
        places.push(place);
        text.replace_range(start..end, "");
    }
    if places.is_empty()
        && let Some((at, place)) = trailing(&text)
    {
        places.push(place);
        text.truncate(at);
    }
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    Message {
        text: lines.join("\n"),
        places,
    }
}

/// Finds the first `(file: PATH, line: 1, column: 2)`, with the space before it.
fn bracketed(text: &str) -> Option<(usize, usize, Location)> {
    let start = text.find("(file: ")?;
    let inner = &text[start + 7..];
    let length = inner.find(')')?;
    let fields = &inner[..length];
    let (path, rest) = fields.split_once(", line: ").unwrap_or((fields, ""));
    let line = rest
        .split(',')
        .next()
        .and_then(|line| line.trim().parse().ok());
    let before = text[..start].trim_end_matches([' ', '\n']).len();
    Some((
        before,
        start + 7 + length + 1,
        Location {
            path: path.to_owned(),
            line,
        },
    ))
}

/// Finds ` at PATH:1:2` at the end, as older versions write it.
fn trailing(text: &str) -> Option<(usize, Location)> {
    let at = text.rfind(" at /")?;
    let mut fields = text[at + 4..].trim_end().split(':');
    let path = fields.next()?.to_owned();
    let line = fields.next()?.parse().ok()?;
    fields
        .all(|field| field.parse::<usize>().is_ok())
        .then_some((
            at,
            Location {
                path,
                line: Some(line),
            },
        ))
}

/// Finds the lines that tell where in a template something went wrong.
fn template_place(text: &str) -> Option<Location> {
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.trim_start().strip_prefix(name))
            .map(str::trim)
    };
    let path = field("Filepath: ")?.to_owned();
    Some(Location {
        path,
        line: field("Line: ").and_then(|line| line.parse().ok()),
    })
}

/// Finds the template that is not Ruby, which Ruby itself reports.
fn syntax_place(text: &str) -> Option<Location> {
    let (path, rest) = text.strip_prefix("SyntaxError: ")?.split_once(':')?;
    let (line, _) = rest.split_once(':')?;
    Some(Location {
        path: path.to_owned(),
        line: Some(line.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(log: &str) -> Vec<(String, Vec<String>)> {
        let place = |place: Location| {
            format!(
                "{}:{}",
                place.path,
                place.line.map_or("?".into(), |line| line.to_string())
            )
        };
        errors(log.as_bytes())
            .into_iter()
            .map(|m| (m.text, m.places.into_iter().map(place).collect()))
            .collect()
    }

    #[test]
    fn an_error_that_is_told_three_times_is_one() {
        let error = "Evaluation Error: Error while evaluating a Resource Statement, Service::Node[x]: parameter 'port' expects an Integer value, got String (file: /t/x.pp, line: 3, column: 5) (file: /t/y.pp, line: 1) on node a.b";
        let log = format!(
            "Warning: odd\n   (file & line not available)\nError: {error}\nError: Could not call 'find' on 'catalog': {error}\nError: Try 'puppet help catalog compile' for usage\n"
        );
        let text = "Evaluation Error: Error while evaluating a Resource Statement, Service::Node[x]: parameter 'port' expects an Integer value, got String";
        assert_eq!(
            told(&log),
            [(
                text.to_owned(),
                vec!["/t/x.pp:3".to_owned(), "/t/y.pp:1".to_owned()]
            )]
        );
    }

    #[test]
    fn the_place_is_taken_from_whoever_tells_it() {
        let log = "Error: Function lookup() did not find a value for the name 'x::y'\nError: Function lookup() did not find a value for the name 'x::y' (file: /t/x.pp, line: 18) on node n\n";
        let text = "Function lookup() did not find a value for the name 'x::y'";
        assert_eq!(
            told(log),
            [(text.to_owned(), vec!["/t/x.pp:18".to_owned()])]
        );
    }

    #[test]
    fn a_template_is_the_innermost_place() {
        let log = "Error: Evaluation Error: Failed to parse template x/c.erb:\n  Filepath: /t/c.erb\n  Line: 15\n  Detail: undefined method `each'\n (file: /t/u.pp, line: 127, column: 24) on node n\n";
        let text = "Evaluation Error: Failed to parse template x/c.erb:\n  Filepath: /t/c.erb\n  Line: 15\n  Detail: undefined method `each'";
        assert_eq!(
            told(log),
            [(
                text.to_owned(),
                vec!["/t/c.erb:15".to_owned(), "/t/u.pp:127".to_owned()]
            )]
        );
    }

    #[test]
    fn a_template_that_is_not_ruby_is_told_by_ruby() {
        let log = "Error: Could not call 'find' on 'catalog': SyntaxError: /t/c.erb:6: syntax error\n; _erbout\n";
        let text = "SyntaxError: /t/c.erb:6: syntax error\n; _erbout";
        assert_eq!(
            told(log),
            [(text.to_owned(), vec!["/t/c.erb:6".to_owned()])]
        );
    }

    #[test]
    fn a_summary_is_dropped_beside_what_it_sums_up() {
        let log = "Error: Illegal variable name (file: /t/s.pp, line: 20, column: 1)\nError: Illegal variable name (file: /t/s.pp, line: 21, column: 1)\nError: Language validation logged 2 errors. Giving up\nError: Could not parse for environment production: Language validation logged 2 errors. Giving up (file: /t/s.pp) on node n\n";
        let name = "Illegal variable name".to_owned();
        assert_eq!(
            told(log),
            [
                (name.clone(), vec!["/t/s.pp:20".to_owned()]),
                (name, vec!["/t/s.pp:21".to_owned()])
            ]
        );
    }

    #[test]
    fn what_ended_the_compilation_is_told_last() {
        let log =
            b"Error: Scope(Class[Ssh]): no key\nError: lost (file: /t/s.pp, line: 20, column: 1)\n";
        let fatal = fatal_errors(log);
        assert_eq!(
            fatal.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(),
            ["lost"]
        );
    }

    #[test]
    fn older_versions_write_the_place_behind() {
        let log = "Error: Could not parse for environment production: Syntax error at '}' at /t/a b.pp:3:1\n";
        assert_eq!(
            told(log),
            [(
                "Syntax error at '}'".to_owned(),
                vec!["/t/a b.pp:3".to_owned()]
            )]
        );
    }
}
