use std::time::SystemTime;

use camino::Utf8PathBuf;
use etcetera::BaseStrategy as _;

use super::{Finding, Surroundings, nearest_folder, said};
use crate::locale;

/// The space that a build, with its image and its modules, may want.
const SPACE: u64 = 2 << 30;

/// The machine itself: home, space, clock, locale.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let mut findings = vec![
        temporary_folder(),
        state_folder(),
        clock(),
        encoding(surroundings),
    ];
    findings.extend(build_folder());
    findings
}

/// The folder for what is handed to other programs.
fn temporary_folder() -> Finding {
    let finding = Finding::new("tmp", "a folder for temporary files", &[]);
    let folder = std::env::temp_dir();
    match tempfile::tempfile_in(&folder) {
        Ok(_) => finding.fine(folder.display().to_string()),
        Err(error) => finding.missing(
            format!(
                "nothing can be written into `{}`: {error}",
                folder.display()
            ),
            "export TMPDIR=/a/folder/of/yours",
        ),
    }
}

/// The folder of the journals.
fn state_folder() -> Finding {
    let finding = Finding::new(
        "state",
        "a folder for journals",
        &["deploy", "rollback", "log", "service", "build"],
    );
    let Some(folder) = state_home() else {
        return finding.missing("there is no home folder", "export HOME=/a/folder/of/yours");
    };
    let there = nearest_folder(&folder);
    match tempfile::tempfile_in(there) {
        Ok(_) => finding.fine(folder.to_string()),
        Err(error) => finding.missing(
            format!("nothing can be written into `{there}`: {error}"),
            "export XDG_STATE_HOME=/a/folder/of/yours",
        ),
    }
}

fn state_home() -> Option<Utf8PathBuf> {
    let base = etcetera::base_strategy::Xdg::new().ok()?;
    Utf8PathBuf::from_path_buf(base.state_dir()?.join("svcgen")).ok()
}

/// The clock: certificates, journals and the calendar go by it.
fn clock() -> Finding {
    let finding = Finding::new("clock", "the clock", &[]);
    let now = SystemTime::now();
    let built = std::env::current_exe().and_then(|program| program.metadata()?.modified());
    if built.is_ok_and(|built| now < built) {
        return finding.missing(
            "it is earlier than the day on which svcgen was installed",
            "timedatectl set-ntp true",
        );
    }
    match said(
        "timedatectl",
        &["show", "--property=NTPSynchronized", "--value"],
    )
    .as_deref()
    {
        Some("yes") => finding.fine("set by the network"),
        Some("no") => {
            finding.doubtful("nothing sets it by the network", "timedatectl set-ntp true")
        }
        _ => finding.fine("later than svcgen itself; whether the network sets it is not known"),
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

/// The folder of builds, and space in it.
fn build_folder() -> Option<Finding> {
    let folder = crate::build::folder();
    let there = nearest_folder(&folder);
    let free = rustix::fs::statvfs(there.as_std_path()).ok()?;
    let free = free.f_bavail.saturating_mul(free.f_frsize);
    let finding = Finding::new(
        "space",
        format!("space for builds in `{folder}`"),
        &["build"],
    );
    let gigabytes = format!("{:.1} GB free", free as f64 / 1e9);
    let elsewhere = "export XDG_CACHE_HOME=/a/larger/folder";
    Some(match tempfile::tempfile_in(there) {
        Err(error) => finding.missing(
            format!("nothing can be written into `{there}`: {error}"),
            elsewhere,
        ),
        Ok(_) if free < SPACE => finding.doubtful(gigabytes, elsewhere),
        Ok(_) => finding.fine(gigabytes),
    })
}
