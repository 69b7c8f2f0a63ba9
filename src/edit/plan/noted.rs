//! What is remembered of a file, and what was before.

use crate::edit::earlier::Known;
use crate::edit::record::{Record, Written};
use crate::edit::rendered::Rendered;
use crate::edit::{Conflict, Desired, EditPlan, yaml};

/// What is remembered of a file once it is as it is wanted.
pub(in crate::edit) fn record(
    wanted: &Desired,
    before: Option<&str>,
    written: Option<&Written>,
) -> Record {
    let keys = match wanted {
        Desired::Yaml { entries, .. } => entries.iter().map(yaml::Entry::keys).collect(),
        Desired::Blocks { blocks, .. } => blocks
            .iter()
            .map(|block| vec![block.text.clone()])
            .collect(),
        Desired::File { .. }
        | Desired::Paper { .. }
        | Desired::Ini { .. }
        | Desired::Lines { .. }
        | Desired::Json { .. } => Vec::new(),
    };
    let known = written.map(|written| written.made.as_slice());
    Record::Written {
        form: wanted.form(),
        text: wanted.record(),
        keys,
        is_made: before.is_none() || written.is_some_and(|written| written.is_made),
        made: match wanted {
            Desired::Yaml { entries, .. } => yaml::made_for(entries, before, known),
            Desired::File { .. }
            | Desired::Paper { .. }
            | Desired::Ini { .. }
            | Desired::Lines { .. }
            | Desired::Json { .. }
            | Desired::Blocks { .. } => Vec::new(),
        },
    }
}

impl EditPlan {
    /// Leaves what is no longer wanted where somebody changed it in a commit after the one that this is planned upon: it is told,
    /// and what is remembered of the file stays. `later` is the same, planned upon that commit.
    pub(crate) fn keep_on(&mut self, later: &Self, rendered: &Rendered) {
        for kept in &later.kept {
            let is_it = |it: &Conflict| it.path == kept.path && it.reason == kept.reason;
            if self.kept.iter().any(is_it) {
                continue;
            }
            let edit = later.edits.iter().find(|it| it.path == kept.path);
            let noted = later.records.iter().find(|it| it.path == kept.path);
            let record = edit.map(|edit| edit.record.clone());
            let record = record.or_else(|| noted.map(|noted| noted.record.clone()));
            if let Some(record) = record.or_else(|| rendered.record(&kept.path)) {
                let edits = self.edits.iter_mut().filter(|it| it.path == kept.path);
                edits.for_each(|edit| edit.record = record.clone());
                let records = self.records.iter_mut().filter(|it| it.path == kept.path);
                records.for_each(|noted| noted.record = record.clone());
            }
            self.kept.push(kept.clone());
        }
    }
}

impl Known {
    /// The keys that were written and are no part of what is wanted.
    pub(super) fn stale(&self, record: &Record) -> Vec<Vec<String>> {
        let written = self.written.as_ref();
        written.map_or_else(Vec::new, |written| stale(&written.keys, record))
    }
}

impl Known {
    /// The mappings that svcgen made around what was written, and that nothing is wanted in.
    pub(super) fn hollow(&self, record: &Record) -> Vec<Vec<String>> {
        let wanted: &[Vec<String>] = match record {
            Record::Written { keys, .. } => keys,
            Record::Gone | Record::Forgotten => &[],
        };
        let made = self.written.iter().flat_map(|written| &written.made);
        let is_wanted = |path: &Vec<String>| wanted.iter().any(|keys| keys.starts_with(path));
        made.filter(|path| !is_wanted(path)).cloned().collect()
    }
}

/// The keys that were written and are no part of what is wanted.
fn stale(written: &[Vec<String>], record: &Record) -> Vec<Vec<String>> {
    let wanted: &[Vec<String>] = match record {
        Record::Written { keys, .. } => keys,
        Record::Gone | Record::Forgotten => &[],
    };
    let is_wanted = |key: &Vec<String>| wanted.iter().any(|wanted| key.starts_with(wanted));
    let stale = written.iter().filter(|key| !is_wanted(key));
    stale.cloned().collect()
}

pub(super) fn is_remembered(record: &Record, base: Option<&str>) -> bool {
    matches!(record, Record::Written { text, .. } if base == Some(text.as_str()))
}

/// Whether the list of written files has the same to say.
pub(super) fn is_listed(record: &Record, written: Option<&Written>, rendered: &Rendered) -> bool {
    match (record, written) {
        (Record::Written { form, keys, .. }, Some(written)) => {
            written.form == *form && written.keys == *keys
        }
        (_, Some(_)) => false,
        (_, None) => !rendered.has_index(),
    }
}
