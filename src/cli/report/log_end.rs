use std::collections::BTreeMap;
use std::io::{Read as _, Seek as _, SeekFrom};

use camino::Utf8Path;

use crate::deploy::Journals;
use crate::event::DeployId;
use crate::model::HostName;

/// The most bytes of the log of one host, and of all logs together.
const MOST_OF_HOST: u64 = 32 * 1024;
const MOST: usize = 512 * 1024;

/// The ends of what hosts wrote, for as many hosts as are bearable.
pub(super) fn of<'a>(
    journals: &Journals,
    id: &DeployId,
    hosts: impl IntoIterator<Item = &'a HostName>,
) -> BTreeMap<HostName, String> {
    let mut logs = BTreeMap::new();
    let mut size = 0;
    for host in hosts {
        // A host that wrote nothing has no file.
        let Ok(text) = end_of(&journals.output(id, host)) else {
            continue;
        };
        size += text.len();
        if size > MOST {
            break;
        }
        logs.insert(host.clone(), text);
    }
    logs
}

fn end_of(path: &Utf8Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST_OF_HOST)))?;
    let mut bytes = Vec::new();
    file.take(MOST_OF_HOST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
