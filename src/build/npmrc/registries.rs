use camino::{Utf8Path, Utf8PathBuf};

use super::{Variables, either, files, read};

/// Where the packages of a service come from, and through which proxy npm's settings have them fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registries {
    /// The one of all packages, where a setting names it, then those of scopes; each once.
    pub addresses: Vec<String>,
    /// Whether no setting names the one of all packages: then it is npm's own.
    pub is_npms_own: bool,
    pub proxy: Option<String>,
    /// The file with the certificates of authorities that npm trusts.
    pub authorities: Option<Utf8PathBuf>,
    /// Whether npm looks at certificates at all.
    pub are_certificates_checked: bool,
}

impl Registries {
    /// Reads the settings of this machine, of the user, and of the service whose files are in a folder.
    pub fn of(service: &Utf8Path, variables: Variables<'_>) -> Self {
        let all = files(variables).into_iter().chain([service.join(".npmrc")]);
        let settings: Vec<_> = all.flat_map(|path| read(&path, variables)).collect();
        let set = |name: &str| {
            let last = settings.iter().rfind(|setting| setting.name == name);
            last.map(|setting| setting.value.clone())
                .filter(|value| !value.is_empty() && value != "null")
        };
        let registry = either("npm_config_registry", variables).or_else(|| set("registry"));
        let is_npms_own = registry.is_none();
        let mut addresses: Vec<String> = registry.into_iter().collect();
        let scopes = settings
            .iter()
            .filter(|it| it.name.starts_with('@') && it.name.ends_with(":registry"));
        for scope in scopes {
            let address = set(&scope.name).unwrap_or_default();
            if !address.is_empty() && !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        let proxy = set("https-proxy").or_else(|| set("proxy"));
        Self {
            addresses,
            is_npms_own,
            proxy,
            authorities: set("cafile").map(Utf8PathBuf::from),
            are_certificates_checked: set("strict-ssl").is_none_or(|value| value != "false"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_the_service_win_and_variables_over_them() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let service = root.join("service");
        std::fs::create_dir(&service).unwrap();
        let write = |path: &str, text: &str| std::fs::write(root.join(path), text).unwrap();
        let of = |variable: Option<&str>| {
            Registries::of(&service, &|name| match name {
                "HOME" => Some(root.to_string()),
                "npm_config_globalconfig" => Some("/nonexistent".into()),
                "npm_config_registry" => variable.map(str::to_owned),
                _ => None,
            })
        };
        assert!(of(None).addresses.is_empty() && of(None).is_npms_own);
        write(
            ".npmrc",
            "registry=https://user.example/\nproxy=http://p:1\n@tea:registry=https://a.example/\n",
        );
        assert_eq!(of(None).proxy.as_deref(), Some("http://p:1"));
        write(
            "service/.npmrc",
            "registry=https://own.example/\n@tea:registry=https://tea.example/\n@cup:registry=https://own.example/\n",
        );
        let both = ["https://own.example/", "https://tea.example/"];
        assert_eq!(of(None).addresses, both);
        let set = of(Some("https://set.example/")).addresses;
        assert_eq!(set[0], "https://set.example/");
    }
}
