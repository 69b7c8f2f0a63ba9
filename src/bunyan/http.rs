//! Questions and answers of HTTP, as they went over the wire; what is left of them is printed with the rest.

use super::coerce::{formatted, number, number_of, text};
use super::json::stringify;
use super::object::Object;
use super::status::reason;
use super::text::Text;
use super::value::Value;

/// What a server was asked.
pub(super) fn request(mut request: Object) -> (Text, Object) {
    let headers = match request.take("headers") {
        Some(headers) if !headers.is_truthy() => Text::default(),
        None => Text::default(),
        Some(Value::Text(headers)) => Text::from("\n").and(headers),
        Some(headers) => match headers.as_object() {
            Some(headers) => Text::from("\n").and(lines(&headers)),
            None => formatted(Some(&headers)),
        },
    };
    let mut shown = first_line(&mut request).and(headers);
    if let Some(body) = body(&mut request) {
        shown = shown.and("\n\n").and(body);
    }
    let trailers = request.take("trailers").filter(Value::is_truthy);
    if let Some(trailers) = trailers.map(|trailers| trailers.entries()) {
        // It compares a list of names with zero: one that is a number can be more.
        if let [(name, _)] = trailers.entries()[..]
            && number_of(name) > 0.0
        {
            shown = shown.and("\n").and(lines(&trailers));
        }
    }
    (shown, request)
}

/// What the service asked of another.
pub(super) fn client_request(mut request: Object) -> (Text, Object) {
    let headers = request.take("headers").filter(Value::is_truthy);
    let host = host_line(headers.as_ref(), &mut request);
    let mut shown = first_line(&mut request).and(host);
    if let Some(headers) = headers {
        shown = shown.and("\n").and(lines(&headers.entries()));
    }
    if let Some(body) = body(&mut request) {
        shown = shown.and("\n\n").and(body);
    }
    (shown, request)
}

/// What was answered.
pub(super) fn response(mut response: Object) -> (Text, Object) {
    let is_shown = |value: &Value| {
        value.is_truthy() && matches!(value, Value::Text(_) | Value::Array(_) | Value::Object(_))
    };
    let mut headers = None;
    for key in ["header", "headers"] {
        if headers.is_none() && response.find(key).is_some_and(is_shown) {
            headers = response.take(key);
        }
    }
    let (headers, has_status) = match headers {
        None => (Text::default(), false),
        Some(Value::Text(headers)) => {
            let headers = headers.trimmed_end();
            let has_status = headers.starts_with("HTTP/");
            (headers, has_status)
        }
        Some(headers) => (lines(&headers.entries()), false),
    };
    let mut shown = Text::default();
    if let Some(status) = response.take("statusCode").filter(|_| !has_status) {
        let reason = reason(&text(Some(&status)).to_string()).unwrap_or("undefined");
        let status = formatted(Some(&status));
        shown = Text::from("HTTP/1.1 ")
            .and(status)
            .and(" ")
            .and(reason)
            .and("\n");
    }
    shown.push(&headers);
    match response.take("body") {
        None => shown = shown.trimmed_end(),
        Some(body) => {
            let body = match body {
                Value::Text(body) => body,
                Value::Null | Value::Array(_) | Value::Object(_) => stringify(&body, 2),
                // They have no length.
                Value::Bool(_) | Value::Number(_) => Text::default(),
            };
            if !body.is_empty() {
                shown = shown.and("\n\n").and(body);
            }
        }
    }
    if let Some(trailer) = response.take("trailer").filter(Value::is_truthy) {
        shown = shown.and("\n").and(text(Some(&trailer)));
    }
    (shown, response)
}

fn first_line(request: &mut Object) -> Text {
    let method = formatted(request.take("method").as_ref());
    let url = formatted(request.take("url").as_ref());
    let version = request.take("httpVersion").filter(Value::is_truthy);
    let version = version.map_or(Text::from("1.1"), |version| formatted(Some(&version)));
    method.and(" ").and(url).and(" HTTP/").and(version)
}

/// The header that Node.js adds where there is none, as bunyan guesses it.
fn host_line(headers: Option<&Value>, request: &mut Object) -> Text {
    let is_named = match headers {
        Some(Value::Object(headers)) => ["host", "Host", "HOST"].iter().any(|key| headers.has(key)),
        _ => false,
    };
    if is_named || !request.has("address") {
        return Text::default();
    }
    let mut line = Text::from("\nHost: ").and(text(request.take("address").as_ref()));
    if let Some(port) = request.take("port")
        && ![80.0, 443.0].contains(&number(Some(&port)))
    {
        line = line.and(":").and(text(Some(&port)));
    }
    line
}

/// The body, where there is any; an empty one is left where it is.
fn body(request: &mut Object) -> Option<Text> {
    request.truthy("body")?;
    let body = request.take("body")?;
    Some(match body {
        Value::Array(_) | Value::Object(_) => stringify(&body, 2),
        body => text(Some(&body)),
    })
}

fn lines(headers: &Object) -> Text {
    let headers = headers.entries().into_iter();
    let lines = headers.map(|(name, value)| name.clone().and(": ").and(text(Some(value))));
    Text::join(&lines.collect::<Vec<_>>(), "\n")
}
