//! Sets single keys in an INI file such as `scap.cfg`; every other byte stays.

use super::EntryError;

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub section: String,
    pub key: String,
    pub value: String,
}

/// Brings settings into a text; `base` holds the settings that svcgen wrote last.
///
/// # Errors
/// Where somebody else set one of them to something different.
pub fn patch(
    _text: Option<&str>,
    _entries: &[Entry],
    _base: Option<&str>,
) -> Result<String, EntryError> {
    unimplemented!()
}

/// The settings alone, as they are remembered.
pub fn fragment(_entries: &[Entry]) -> String {
    unimplemented!()
}
