//! JSON as Python's `json.dumps` writes it for Jinja: ASCII, keys in order, nothing that HTML would mistake.

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, State, Value as Jinja};

use super::python;

/// Writes a value, in one line or with as many spaces before what is inside of something.
///
/// # Errors
/// Where it is not what JSON knows, or the template has done too much.
pub(super) fn write(
    state: &State<'_, '_>,
    value: &Jinja,
    indent: Option<usize>,
) -> Result<String, Error> {
    let mut out = String::new();
    add(state, &mut out, value, indent, 0)?;
    Ok(out)
}

fn add(
    state: &State<'_, '_>,
    out: &mut String,
    value: &Jinja,
    indent: Option<usize>,
    depth: usize,
) -> Result<(), Error> {
    let spaces = indent.unwrap_or_default().saturating_mul(depth + 1);
    state.consume_fuel(1 + spaces as u64 / 64)?;
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => out.push_str(&number(state, value)?),
        ValueKind::String => quote(out, value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable => {
            let items: Vec<Jinja> = value.try_iter()?.collect();
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                next(out, index, indent, depth + 1);
                add(state, out, item, indent, depth + 1)?;
            }
            close(out, ']', items.is_empty(), indent, depth);
        }
        ValueKind::Map => {
            let mut entries = Vec::new();
            for key in value.try_iter()? {
                let item = value.get_item(&key)?;
                entries.push((key, item));
            }
            python::sort(&mut entries);
            out.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                next(out, index, indent, depth + 1);
                quote(out, &name(state, key)?);
                out.push_str(": ");
                add(state, out, item, indent, depth + 1)?;
            }
            close(out, '}', entries.is_empty(), indent, depth);
        }
        kind => {
            let message = format!("JSON knows no {kind}");
            return Err(Error::new(ErrorKind::BadSerialization, message));
        }
    }
    Ok(())
}

/// Begins an item.
fn next(out: &mut String, index: usize, indent: Option<usize>, depth: usize) {
    if index > 0 {
        out.push(',');
    }
    match indent {
        Some(width) => line(out, width.saturating_mul(depth)),
        None if index > 0 => out.push(' '),
        None => {}
    }
}

/// Ends a list or a mapping.
fn close(out: &mut String, mark: char, is_empty: bool, indent: Option<usize>, depth: usize) {
    if let (false, Some(width)) = (is_empty, indent) {
        line(out, width.saturating_mul(depth));
    }
    out.push(mark);
}

fn line(out: &mut String, width: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', width));
}

/// A key, which is text in JSON whatever it was.
fn name(state: &State<'_, '_>, key: &Jinja) -> Result<String, Error> {
    match key.kind() {
        ValueKind::None => Ok("null".into()),
        ValueKind::Bool => Ok(if key.is_true() { "true" } else { "false" }.into()),
        ValueKind::Number => number(state, key),
        _ => python::text(state, key),
    }
}

fn number(state: &State<'_, '_>, value: &Jinja) -> Result<String, Error> {
    Ok(match python::text(state, value)?.as_str() {
        "inf" => "Infinity".into(),
        "-inf" => "-Infinity".into(),
        "nan" => "NaN".into(),
        text => text.to_owned(),
    })
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\'' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}
