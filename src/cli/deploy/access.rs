use crate::model::{Service, Site};

/// Whom one asks for access to the hosts of the service, as far as the site and the model say.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Access {
    /// Where requests go.
    project: Option<String>,
    /// The group that may log in and restart the service.
    group: Option<String>,
}

impl Access {
    pub(super) fn of(service: Option<&Service>, site: Option<&Site>) -> Self {
        let phabricator = site.map(|site| &site.phabricator);
        let project = phabricator.and_then(|phabricator| {
            let project = phabricator.projects.access_request.as_ref()?;
            Some(match &phabricator.url {
                Some(url) => format!("`{project}` of {url}"),
                None => format!("`{project}`"),
            })
        });
        let group = service.and_then(|service| service.production.admins.group.as_ref());
        Self {
            project,
            group: group.map(ToString::to_string),
        }
    }

    /// What to do about a host that does not let one do what has to be done.
    pub(in crate::cli) fn hint(&self) -> String {
        let group = match &self.group {
            Some(group) => format!(" (the group `{group}`)"),
            None => String::new(),
        };
        match &self.project {
            Some(project) => format!(
                "`svcgen request access` writes the request for it{group}, which goes to the project {project}"
            ),
            None => format!(
                "`svcgen request access` writes the request for it{group}, for whoever runs the hosts"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_the_group_and_the_project_that_are_known() {
        let hint = |group: Option<&str>, project: Option<&str>| {
            let access = Access {
                project: project.map(str::to_owned),
                group: group.map(str::to_owned),
            };
            access.hint()
        };
        assert_eq!(
            hint(Some("feed-admins"), Some("`access` of https://example.org")),
            "`svcgen request access` writes the request for it (the group `feed-admins`), which goes to the project `access` of https://example.org"
        );
        assert_eq!(
            hint(None, None),
            "`svcgen request access` writes the request for it, for whoever runs the hosts"
        );
    }
}
