use super::record::{Earlier, Form, Record, Written, content_name};

/// What is to be remembered of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory<'a> {
    pub(super) record: &'a Record,
    /// The content that goes, where svcgen writes.
    pub(super) before: Option<&'a str>,
    /// The content as svcgen leaves it, where it writes or takes over what somebody resolved.
    pub(super) left: Option<&'a str>,
    pub(super) is_marked: bool,
}

impl Memory<'_> {
    /// The entry of the index; none for a file that is not svcgen's any more.
    pub(super) fn written(&self, last: Option<Written>, earlier: Vec<Earlier>) -> Option<Written> {
        let gone = Written {
            form: Form::Gone,
            keys: Vec::new(),
            is_made: true,
            made: Vec::new(),
            left: None,
            is_marked: false,
            at: None,
            earlier,
        };
        match self.record {
            Record::Written {
                form,
                keys,
                is_made,
                made,
                ..
            } => Some(Written {
                form: *form,
                keys: keys.clone(),
                is_made: *is_made,
                made: made.clone(),
                left: self
                    .left
                    .and_then(content_name)
                    .or(last.and_then(|last| last.left)),
                is_marked: self.is_marked,
                ..gone
            }),
            Record::Gone => Some(gone),
            Record::Forgotten => None,
        }
    }
}
