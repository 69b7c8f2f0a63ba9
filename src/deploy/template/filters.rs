//! Filters of Jinja that do otherwise in the template engine.

use minijinja::value::{Kwargs, Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value as Jinja};

use super::{json, python};

/// Puts Jinja's own filters in the place of those that differ.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("tojson", tojson);
    environment.add_filter("indent", indent);
    environment.add_filter("round", round);
    environment.add_filter("string", python::text);
    environment.add_filter("join", join);
    environment.add_filter("escape", escape);
    environment.add_filter("e", escape);
    environment.add_test("sequence", |value: &Jinja| {
        use ValueKind::{Map, Seq, String, Undefined};
        matches!(value.kind(), Seq | Map | String | Undefined)
    });
    environment.add_test("lower", |state: &State<'_, '_>, value: &Jinja| {
        is_cased(state, value, char::is_lowercase)
    });
    environment.add_test("upper", |state: &State<'_, '_>, value: &Jinja| {
        is_cased(state, value, char::is_uppercase)
    });
    // What Python makes of it is broken at 80 columns, by rules of its own.
    environment.remove_filter("pprint");
    environment.remove_filter("random");
    environment.remove_global("debug");
}

/// Whether what a value prints has letters, all of one case.
fn is_cased(state: &State<'_, '_>, value: &Jinja, is_of: fn(char) -> bool) -> Result<bool, Error> {
    let text = python::text(state, value)?;
    let mut letters = text
        .chars()
        .filter(|c| c.is_lowercase() || c.is_uppercase())
        .peekable();
    Ok(letters.peek().is_some() && letters.all(is_of))
}

/// JSON that is safe in HTML, with its keys in order.
fn tojson(
    state: &State<'_, '_>,
    value: &Jinja,
    indent: Option<usize>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None => kwargs.get("indent")?,
    };
    kwargs.assert_all_used()?;
    json::write(state, value, indent)
}

/// What values print, with something between.
fn join(
    state: &State<'_, '_>,
    value: &Jinja,
    joiner: Option<&str>,
    attribute: Option<&str>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let joiner = match joiner {
        Some(joiner) => joiner.to_owned(),
        None => kwargs.get::<Option<String>>("d")?.unwrap_or_default(),
    };
    let attribute = match attribute {
        Some(attribute) => Some(attribute.to_owned()),
        None => kwargs.get::<Option<String>>("attribute")?,
    };
    kwargs.assert_all_used()?;
    let mut out = String::new();
    for (index, item) in value.try_iter()?.enumerate() {
        if index > 0 {
            out.push_str(&joiner);
        }
        let item = match &attribute {
            Some(path) => path
                .split('.')
                .try_fold(item, |item, name| item.get_attr(name))?,
            None => item,
        };
        let text = python::text(state, &item)?;
        state.consume_fuel(1 + (joiner.len() + text.len()) as u64 / 64)?;
        out.push_str(&text);
    }
    Ok(out)
}

/// Moves all lines but the first, and those that are empty.
fn indent(
    state: &State<'_, '_>,
    text: &str,
    width: Option<&Jinja>,
    rest: Rest<bool>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let width = match width {
        Some(width) => Some(width.clone()),
        None => kwargs.get("width")?,
    };
    let indention = match &width {
        None => " ".repeat(4),
        Some(width) => match width.as_str() {
            Some(text) => text.to_owned(),
            None => {
                let width = usize::try_from(width.clone())?;
                state.consume_fuel(width as u64 / 64)?;
                " ".repeat(width)
            }
        },
    };
    let flag = |place: usize, name| -> Result<bool, Error> {
        match rest.get(place) {
            Some(flag) => Ok(*flag),
            None => Ok(kwargs.get::<Option<bool>>(name)?.unwrap_or_default()),
        }
    };
    let (first, blank) = (flag(0, "first")?, flag(1, "blank")?);
    kwargs.assert_all_used()?;
    let count = text.matches('\n').count() + 1;
    state.consume_fuel((count.saturating_mul(indention.len() + 1) / 64) as u64)?;
    let mut out = String::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let is_moved = match index {
            0 => first,
            _ => blank || !line.is_empty(),
        };
        if is_moved {
            out.push_str(&indention);
        }
        out.push_str(line);
    }
    Ok(out)
}

/// Rounds to even as Python does; up and down make a number with a point.
fn round(
    value: &Jinja,
    precision: Option<i32>,
    method: Option<String>,
    kwargs: Kwargs,
) -> Result<Jinja, Error> {
    let precision = match precision {
        Some(precision) => precision,
        None => kwargs.get::<Option<i32>>("precision")?.unwrap_or_default(),
    };
    let method = match method {
        Some(method) => Some(method),
        None => kwargs.get("method")?,
    };
    kwargs.assert_all_used()?;
    let wrong = |what: &str| Error::new(ErrorKind::InvalidOperation, what.to_owned());
    if !matches!(value.kind(), ValueKind::Number | ValueKind::Bool) {
        return Err(wrong("only a number is rounded"));
    }
    let number = match value.kind() {
        ValueKind::Bool => f64::from(u8::from(value.is_true())),
        _ => f64::try_from(value.clone())?,
    };
    // A number has no more digits than that.
    let precision = precision.clamp(-300, 300);
    let power = 10f64.powi(precision);
    match method.as_deref() {
        None | Some("common") if value.is_integer() || value.kind() == ValueKind::Bool => {
            if precision < 0 {
                return Err(wrong("an integer is rounded to 0 digits or more"));
            }
            match value.kind() {
                ValueKind::Bool => Ok(Jinja::from(i64::from(value.is_true()))),
                _ => Ok(value.clone()),
            }
        }
        // What prints with as many digits is rounded exactly, and to even where it lies between.
        None | Some("common") => match usize::try_from(precision) {
            Ok(digits) => {
                let rounded = format!("{number:.digits$}").parse::<f64>();
                Ok(Jinja::from(rounded.unwrap_or(number)))
            }
            Err(_) => Ok(Jinja::from((number * power).round_ties_even() / power)),
        },
        Some("ceil") => Ok(Jinja::from((number * power).ceil() / power)),
        Some("floor") => Ok(Jinja::from((number * power).floor() / power)),
        Some(_) => Err(wrong("a method of rounding is `common`, `ceil` or `floor`")),
    }
}

/// Escapes as MarkupSafe does.
fn escape(state: &State<'_, '_>, value: &Jinja) -> Result<String, Error> {
    let mut out = String::new();
    for c in python::text(state, value)?.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            c => out.push(c),
        }
    }
    Ok(out)
}
