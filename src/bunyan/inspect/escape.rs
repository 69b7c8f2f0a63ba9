use crate::bunyan::text::Text;

/// A text in those quotes that need the fewest escapes.
pub(super) fn escaped(units: &[u16]) -> Text {
    let has = |c: u8| units.contains(&u16::from(c));
    let has_place = units
        .windows(2)
        .any(|two| two == [u16::from(b'$'), u16::from(b'{')]);
    let quote = match () {
        () if !has(b'\'') => "'",
        () if !has(b'"') => "\"",
        () if !has(b'`') && !has_place => "`",
        () => "'",
    };
    let mut text = Text::from(quote);
    for result in char::decode_utf16(units.iter().copied()) {
        match result {
            Ok('\'') if quote == "'" => text.push_str("\\'"),
            Ok('\\') => text.push_str("\\\\"),
            Ok('\u{8}') => text.push_str("\\b"),
            Ok('\t') => text.push_str("\\t"),
            Ok('\n') => text.push_str("\\n"),
            Ok('\u{c}') => text.push_str("\\f"),
            Ok('\r') => text.push_str("\\r"),
            Ok(c @ ('\0'..='\u{1f}' | '\u{7f}'..='\u{9f}')) => {
                text.push_str(&format!("\\x{:02X}", c as u32));
            }
            Ok(c) => text.push_str(c.encode_utf8(&mut [0; 4])),
            Err(half) => text.push_str(&format!("\\u{:x}", half.unpaired_surrogate())),
        }
    }
    text.and(quote)
}
