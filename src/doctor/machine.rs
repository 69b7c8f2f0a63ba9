use std::time::SystemTime;

use camino::Utf8Path;

use super::{Finding, Fix, Surroundings, advice, said, space};
use crate::container::has_systemd;
use crate::folders;
use crate::locale;

/// The space that a build, with its image and its modules, may want.
pub(super) const SPACE: u64 = 2 << 30;

/// The space that packs of releases may want on their way to the hosts.
const PACKS: u64 = 256 << 20;

/// The space for journals and logs.
const JOURNALS: u64 = 32 << 20;

/// The machine itself: home, space, clock, locale.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    vec![
        temporary_folder(),
        state_folder(),
        clock(),
        encoding(surroundings),
        build_folder(),
    ]
}

/// The folder for what is handed to other programs.
fn temporary_folder() -> Finding {
    let finding = Finding::new("tmp", "a folder for temporary files", &[]);
    let folder = std::env::temp_dir();
    let elsewhere = "export TMPDIR=/a/folder/of/yours";
    let Some(folder) = Utf8Path::from_path(&folder) else {
        return finding.missing(format!("`{}` is not UTF-8", folder.display()), elsewhere);
    };
    if folder.as_str().is_empty() {
        let found = "TMPDIR is empty: they are made wherever a command is run";
        return finding.doubtful(found, elsewhere);
    }
    if folder.is_file() {
        return finding.missing(format!("`{folder}` is a file, not a folder"), elsewhere);
    }
    // None is made: the folder itself has to be there.
    match folder.is_dir() {
        true => space::folder(finding, folder.as_str(), folder, PACKS, elsewhere),
        false => finding.missing(format!("`{folder}` is not there"), elsewhere),
    }
}

/// The folder of the journals.
fn state_folder() -> Finding {
    let finding = Finding::new(
        "state",
        "a folder for journals",
        &["deploy", "rollback", "log", "service", "build"],
    );
    let Some(folder) = folders::state() else {
        return finding.missing("there is no home folder", "export HOME=/a/folder/of/yours");
    };
    let elsewhere = "export XDG_STATE_HOME=/a/folder/of/yours";
    space::folder(finding, folder.as_str(), &folder, JOURNALS, elsewhere)
}

/// The clock: certificates, journals and the calendar go by it.
fn clock() -> Finding {
    let finding = Finding::new("clock", "the clock", &[]);
    let now = SystemTime::now();
    let built = std::env::current_exe().and_then(|program| program.metadata()?.modified());
    if built.is_ok_and(|built| now < built) {
        return finding.missing(
            "it is earlier than the day on which svcgen was installed",
            network_time(),
        );
    }
    match said(
        "timedatectl",
        &["show", "--property=NTPSynchronized", "--value"],
    )
    .as_deref()
    {
        Some("yes") => finding.fine("set by the network"),
        Some("no") => finding.doubtful("it is not set by the network", network_time()),
        _ => finding.fine("later than svcgen itself; whether the network sets it is not known"),
    }
}

/// What has the network set the clock. A container has the clock of its host, and no systemd as a rule.
fn network_time() -> Fix {
    match has_systemd() {
        true => "timedatectl set-ntp true".into(),
        false => advice("have chrony or ntpd set it: here, or on the host of this container"),
    }
}

/// The encoding of the terminal: tables and names have more than ASCII in them.
fn encoding(surroundings: &Surroundings<'_>) -> Finding {
    let finding = Finding::new("locale", "an encoding for the terminal", &[]);
    let named = locale::named(surroundings.variables);
    match locale::is_utf8(&named) {
        true => finding.fine(named),
        false => finding.doubtful(format!("`{named}` is not UTF-8"), "export LC_ALL=C.UTF-8"),
    }
}

/// The folder of builds and of what npm fetched for them, and space in it.
fn build_folder() -> Finding {
    let folder = crate::build::folder();
    let what = format!("space for builds in `{folder}`");
    let finding = Finding::new("space", what, &["build"]);
    let elsewhere = "export XDG_CACHE_HOME=/a/larger/folder";
    space::folder(finding, "", &folder, SPACE, elsewhere)
}
