//! The keys of `scap.cfg` that Scap knows.

use camino::Utf8PathBuf;

use super::mistake::{Findings, Mistake};
use crate::ini::Ini;
use crate::model::{did_you_mean, suggest};
use crate::visible::visible;

/// Keys that a service's deploy uses.
const OF_SERVICES: &[&str] = &[
    "batch_size",
    "cache_revs",
    "config_deploy",
    "dsh_targets",
    "environment",
    "failure_limit",
    "git_binary_manager",
    "git_deploy_dir",
    "git_fat",
    "git_repo",
    "git_rev",
    "git_scheme",
    "git_server",
    "git_submodules",
    "git_upstream_submodules",
    "group_size",
    "keyholder_key",
    "lock_file",
    "nrpe_dir",
    "perform_checks",
    "require_valid_service",
    "secondary_targets_disabled",
    "server_groups",
    "service_name",
    "service_port",
    "service_timeout",
    "ssh_user",
    "tags_to_keep",
];

/// Keys that mean nothing to a service: those of MediaWiki's own deploys, and those of old versions.
const OF_OTHERS: &[&str] = &[
    "beta_only_config_files",
    "block_deployments",
    "canary_dashboard_url",
    "canary_threshold",
    "canary_wait_time",
    "datacenter",
    "debug_logstash",
    "deploy_dir",
    "deploy_mw_container_image",
    "docker_registry",
    "docker_user",
    "dsh_masters",
    "dsh_proxies",
    "dsh_testservers",
    "foss_violations",
    "gerrit_push_url",
    "gerrit_push_user",
    "gerrit_url",
    "git_repo_user",
    "install_ssh_user",
    "local_dev_mode",
    "lock_dir",
    "log_json",
    "logstash_credentials_file",
    "logstash_host",
    "logstash_url",
    "manage_mediawiki_php_symlink",
    "master_rsync",
    "mw_web_clusters",
    "operations_mediawiki_config_branch",
    "patch_path",
    "php7_admin_port",
    "php_l10n",
    "phorge_url",
    "production_error_threshold",
    "release_repo_dir",
    "require_security_patches",
    "require_terminal_multiplexer",
    "scap_source_dir",
    "scap_targets",
    "secondary_host_signal_file",
    "stage_dir",
    "statsd_host",
    "statsd_port",
    "tcpircbot_host",
    "tcpircbot_port",
    "testservers_check_cmd_baremetal",
    "testservers_check_cmd_k8s",
    "train_blockers_url",
    "udp2log_host",
    "udp2log_port",
    "umask",
    "use_syslog",
    "web_proxy",
    "wmf_realm",
];

/// What a key of a group of hosts ends in.
const OF_GROUPS: &[&str] = &["_dsh_targets", "_group_size", "_failure_limit"];

/// The sections that hold on every host.
const SECTIONS: [&str; 2] = ["global", "DEFAULT"];

/// The stages that have a batch size of their own.
pub(super) const BATCHES: &[&str] = &[
    "fetch",
    "config_deploy",
    "promote",
    "handle_service",
    "finalize",
    "rollback",
];

/// Warns of keys that Scap would silently ignore.
pub(super) fn warn_unknown(layers: &[(Utf8PathBuf, Ini)], findings: &mut Findings) {
    let settings = || {
        layers
            .iter()
            .flat_map(|(path, ini)| ini.sections.iter().map(move |s| (path, s)))
    };
    let mut groups: Vec<&str> = vec!["default"];
    for (_, section) in settings() {
        if let Some(list) = section.find("server_groups") {
            groups.extend(list.value.split(',').map(str::trim));
        }
    }
    for (path, section) in settings() {
        // One that is another word is for hosts of that domain.
        if let Some(near) = suggest(&section.name, SECTIONS).filter(|near| *near != section.name) {
            let line = section.settings.first().map(|setting| setting.line);
            let message = format!("Scap knows no section `[{}]`", visible(&section.name));
            findings
                .warnings
                .push(Mistake::new(path, line, message).rule(format!("did you mean `[{near}]`?")));
        }
        for setting in &section.settings {
            if let Some(rule) = judge(&setting.key, &groups) {
                let message = format!("Scap knows no key `{}`", visible(&setting.key));
                findings
                    .warnings
                    .push(Mistake::new(path, Some(setting.line), message).rule(rule));
            }
        }
    }
}

/// Whether a key has the name of a group in it.
pub(super) fn is_of_group(key: &str) -> bool {
    OF_GROUPS.iter().any(|suffix| key.ends_with(suffix))
}

/// Whether Scap knows a key, where these are the groups besides `default`.
pub(super) fn is_known(key: &str, groups: &[&str]) -> bool {
    let groups: Vec<&str> = groups.iter().copied().chain(["default"]).collect();
    judge(key, &groups).is_none()
}

/// What to write instead of a key that is not known.
fn judge(key: &str, groups: &[&str]) -> Option<String> {
    let is_batch = key
        .strip_suffix("_batch_size")
        .is_some_and(|stage| BATCHES.contains(&stage));
    if OF_SERVICES.contains(&key) || OF_OTHERS.contains(&key) || is_batch {
        return None;
    }
    let of_group = OF_GROUPS
        .iter()
        .find_map(|suffix| key.strip_suffix(suffix).map(|group| (group, suffix)));
    if let Some((group, suffix)) = of_group {
        let known = groups.iter().any(|known| known.to_lowercase() == group);
        return (!known).then(|| match suggest(group, groups.iter().copied()) {
            Some(near) => format!("did you mean `{near}{suffix}`?"),
            None => format!("`server_groups` names no group `{group}`"),
        });
    }
    let of_groups = groups.iter().flat_map(|group| {
        OF_GROUPS
            .iter()
            .map(move |suffix| format!("{group}{suffix}"))
    });
    let of_groups: Vec<String> = of_groups.collect();
    let candidates = OF_SERVICES
        .iter()
        .copied()
        .chain(of_groups.iter().map(String::as_str));
    Some(did_you_mean(key, candidates).unwrap_or_else(|| "it has no effect".into()))
}
