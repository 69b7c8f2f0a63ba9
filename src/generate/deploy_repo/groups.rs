use crate::model::{Environment, EnvironmentName, FailureLimit, Group, HostName, Service};

/// Production, or another environment: what one section of `scap.cfg` is about.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// The environment and its name; production where there is none.
    pub(super) environment: Option<(&'a EnvironmentName, &'a Environment)>,
    pub(super) groups: Vec<ScopeGroup>,
}

/// A group as Scap sees it.
#[derive(Debug)]
pub(super) struct ScopeGroup {
    pub(super) name: String,
    pub(super) hosts: Vec<HostName>,
    pub(super) size: Option<u32>,
    pub(super) failure_limit: Option<FailureLimit>,
    /// Whether its hosts are in the plain list: the group `default`, or the last.
    pub(super) is_main: bool,
}

/// Production first, then the environments in the order of the model.
pub(super) fn scopes(service: &Service) -> Vec<Scope<'_>> {
    let production = Scope {
        environment: None,
        groups: groups(&service.deploy.groups),
    };
    let others = service
        .environments
        .iter()
        .map(|(name, environment)| Scope {
            environment: Some((name, environment)),
            groups: groups(&environment.groups),
        });
    [production].into_iter().chain(others).collect()
}

/// The groups of the model, or the one group that Scap has where there is none.
fn groups(groups: &[Group]) -> Vec<ScopeGroup> {
    let main = groups
        .iter()
        .position(|group| group.name.as_str() == "default")
        .or(groups.len().checked_sub(1));
    let Some(main) = main else {
        let name = "default".to_owned();
        return vec![ScopeGroup {
            name,
            hosts: Vec::new(),
            size: None,
            failure_limit: None,
            is_main: true,
        }];
    };
    let of = |(index, group): (usize, &Group)| ScopeGroup {
        name: group.name.to_string(),
        hosts: group.host_names(),
        size: group.size,
        failure_limit: group.failure_limit,
        is_main: index == main,
    };
    groups.iter().enumerate().map(of).collect()
}

impl Scope<'_> {
    /// The names of the groups, as `server_groups` has them.
    pub(super) fn names(&self) -> String {
        self.groups
            .iter()
            .map(|group| group.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl ScopeGroup {
    /// The key that names the list of hosts.
    pub(super) fn list_key(&self) -> String {
        match self.name.as_str() {
            "default" => "dsh_targets".into(),
            other => format!("{other}_dsh_targets"),
        }
    }

    /// The list of hosts where nothing names another.
    pub(super) fn list_name(&self) -> String {
        if self.is_main {
            "targets".into()
        } else {
            format!("target-{}", self.name)
        }
    }
}
