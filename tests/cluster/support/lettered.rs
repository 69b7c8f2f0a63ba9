use super::{Host, Lab};

/// A text in which hosts have letters for names, in their order, and what differs from lab to lab is left out.
pub(crate) fn lettered(text: &str, lab: &Lab, hosts: &[&Host]) -> String {
    let mut text = text.replace(&lab.folder().display().to_string(), "LAB");
    for (host, letter) in hosts.iter().zip('A'..) {
        text = text.replace(&host.address().to_string(), &format!("ADDRESS-{letter}"));
        text = text.replace(host.name(), &letter.to_string());
    }
    let fingerprint = regex::Regex::new("SHA256:[A-Za-z0-9+/]{43}").unwrap();
    let text = fingerprint.replace_all(&text, "SHA256:PRINT");
    let line = regex::Regex::new("known_hosts:[0-9]+").unwrap();
    line.replace_all(&text, "known_hosts:LINE").into_owned()
}
