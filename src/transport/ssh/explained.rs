//! What ssh means by what it says where it cannot connect.

use crate::transport::{ConnectError, ConnectFailure, HostKey};

/// What ssh said, as what it means to whoever wants to get to the host.
pub(super) fn connect_error(said: String) -> ConnectError {
    let (kind, reason) = meaning(&said);
    ConnectError { kind, reason, said }
}

fn meaning(said: &str) -> (ConnectFailure, String) {
    let has = |words: &str| said.to_ascii_lowercase().contains(words);
    if let Some(key) = changed(said) {
        let reason = key.to_string();
        return (ConnectFailure::HostKeyChanged(key), reason);
    }
    if let Some(name) = unknown(said) {
        let reason = format!("the host key of {name} is not known here");
        return (ConnectFailure::HostKeyUnknown, reason);
    }
    if has("permission denied") && !has("too many authentication failures") {
        let reason = match account(said) {
            Some(account) => format!("it does not let {account} in"),
            None => "it does not accept the account or its key".into(),
        };
        return (ConnectFailure::Denied, reason);
    }
    let (kind, reason) = if has("host key verification failed") {
        (
            ConnectFailure::HostKeyRefused,
            "its host key is not accepted",
        )
    } else if has("too many authentication failures") {
        (ConnectFailure::TooManyKeys, "it was offered too many keys")
    } else if has("could not resolve") || has("name or service not known") {
        (ConnectFailure::UnknownName, "its name is not known")
    } else if has("timed out") {
        (ConnectFailure::Unreachable, "it does not answer")
    } else if has("refused") {
        (ConnectFailure::Unreachable, "it refuses the connection")
    } else if has("no route") || has("unreachable") || has("closed by") || has("reset by") {
        (ConnectFailure::Unreachable, "it cannot be reached")
    } else {
        (ConnectFailure::Other, "ssh cannot connect to it")
    };
    (kind, reason.into())
}

/// A key that is not the one that is known.
fn changed(said: &str) -> Option<HostKey> {
    let name = between(said, "Host key for ", " has changed")?;
    let kind = between(said, "The fingerprint for the ", " key sent by");
    let fingerprint = said.lines().map(str::trim).find(|line| {
        let is_one = line.starts_with("SHA256:") || line.starts_with("MD5:");
        is_one && !line.contains(' ')
    });
    // `Offending ED25519 key in FILE:LINE`, or `Offending key for IP in FILE:LINE`.
    let place = said.lines().find(|line| line.starts_with("Offending "));
    let place = place.and_then(|line| line.split_once(" in ")?.1.rsplit_once(':'));
    Some(HostKey {
        name: name.to_owned(),
        kind: kind.map(str::to_owned),
        fingerprint: fingerprint.map(|print| print.trim_end_matches('.').to_owned()),
        known: place.and_then(|(file, line)| Some((file.into(), line.trim().parse().ok()?))),
    })
}

/// The name of a host of which no key is known.
fn unknown(said: &str) -> Option<&str> {
    between(said, " host key is known for ", " and you have requested")
}

/// The account that is not let in: `ACCOUNT@HOST: Permission denied (...)`.
fn account(said: &str) -> Option<&str> {
    let before = said.split_once(": Permission denied (")?.0;
    let word = before.split_whitespace().next_back()?;
    word.split_once('@').map(|(account, _)| account)
}

fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(behind).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGED: &str = "\
failed to connect to the remote host: @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Someone could be eavesdropping on you right now (man-in-the-middle attack)!
It is also possible that a host key has just been changed.
The fingerprint for the ED25519 key sent by the remote host is
SHA256:JHw0HXK3QMt9geZbkuPPAay+e2oRcCQovxmfZhDikDw.
Please contact your system administrator.
Add correct host key in /home/ada/.ssh/known_hosts to get rid of this message.
Offending ED25519 key in /home/ada/.ssh/known_hosts:2
  remove with:
  ssh-keygen -f \"/home/ada/.ssh/known_hosts\" -R \"192.0.2.12\"
Host key for 192.0.2.12 has changed and you have requested strict checking.
Host key verification failed.";

    #[test]
    fn a_changed_host_key_is_told_with_what_it_takes_to_judge_it() {
        let error = connect_error(CHANGED.into());
        let reason = "the host key of 192.0.2.12 has changed: it offers ED25519 \
                      SHA256:JHw0HXK3QMt9geZbkuPPAay+e2oRcCQovxmfZhDikDw, \
                      and /home/ada/.ssh/known_hosts:2 has another";
        assert_eq!(error.reason, reason);
        let ConnectFailure::HostKeyChanged(key) = error.kind else {
            panic!("{:?}", error.kind);
        };
        assert_eq!(key.known, Some(("/home/ada/.ssh/known_hosts".into(), 2)));
        // An ssh that says less of it.
        let short = "Host key for [tea]:22 has changed and you have requested strict checking.";
        let error = connect_error(short.into());
        assert_eq!(error.reason, "the host key of [tea]:22 has changed");
    }

    #[test]
    fn what_ssh_says_has_a_meaning() {
        use ConnectFailure::*;
        let told = |said: &str| {
            let error = connect_error(format!("failed to connect to the remote host: {said}"));
            (error.kind, error.reason)
        };
        for (said, kind, reason) in [
            (
                "No ED25519 host key is known for 192.0.2.13 and you have requested strict checking.\nHost key verification failed.",
                HostKeyUnknown,
                "the host key of 192.0.2.13 is not known here",
            ),
            (
                "Host key verification failed.",
                HostKeyRefused,
                "its host key is not accepted",
            ),
            (
                "deploy-service@192.0.2.13: Permission denied (publickey,password).",
                Denied,
                "it does not let deploy-service in",
            ),
            (
                "Received disconnect from 192.0.2.13 port 22:2: Too many authentication failures\nDisconnected from 192.0.2.13 port 22",
                TooManyKeys,
                "it was offered too many keys",
            ),
            (
                "Could not resolve hostname tee: Name or service not known",
                UnknownName,
                "its name is not known",
            ),
            (
                "connect to host 192.0.2.13 port 22: Connection timed out",
                Unreachable,
                "it does not answer",
            ),
            (
                "connect to host 192.0.2.13 port 22: Connection refused",
                Unreachable,
                "it refuses the connection",
            ),
            (
                "Bad owner or permissions on config",
                Other,
                "ssh cannot connect to it",
            ),
        ] {
            assert_eq!(told(said), (kind, reason.to_owned()), "{said}");
        }
    }
}
