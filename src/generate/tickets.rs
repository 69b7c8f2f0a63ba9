mod texts;
mod timeline;

use jiff::civil::Date;
use serde_json::{Value, json};

use self::texts::{
    enumerated, groups, log_directory, maintainer, point_person, quoted, repository,
};
use self::timeline::timeline;
pub use self::timeline::too_soon;
use super::GenerateError;
use crate::model::{Line, Service, Site};
use crate::render::Templates;
use crate::render::quoting::remarkup;

/// How wide the drawing of the request flow may be.
const COLUMNS: usize = 80;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketKind {
    /// A new service in production.
    Service,
    /// Access to the hosts of the service.
    Access,
    /// The two repositories on the review server.
    Repositories,
}

/// A task for the ticket system, before it is filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Plain text of one line.
    pub title: String,
    /// Remarkup.
    pub body: String,
    /// Slug of the project that it belongs to, where the site has one.
    pub project: Option<Line>,
    /// What the user should know, each in one sentence without a full stop.
    pub warnings: Vec<String>,
}

/// Writes a request. The day is today's, for the time that is left until the first deployment; the picture is what stands
/// for the drawing of the request flow where that is uploaded.
///
/// # Errors
/// Where the model lacks what the request is about, or a template is wrong.
pub fn ticket(
    kind: TicketKind,
    service: &Service,
    site: &Site,
    today: Date,
    picture: Option<&str>,
    templates: &Templates,
) -> Result<Ticket, GenerateError> {
    match kind {
        TicketKind::Service => service_request(service, site, today, picture, templates),
        TicketKind::Access => access_request(service, site, templates),
        TicketKind::Repositories => repositories_request(service, site, templates),
    }
}

impl Ticket {
    /// The transactions of Conduit's `maniphest.edit` that file the task.
    ///
    /// Conduit takes projects by their PHIDs, which only the server knows: a project stands here as a mapping with
    /// its `slug`, to be resolved with `project.search`.
    pub fn transactions(&self) -> Value {
        let mut transactions = vec![
            json!({"type": "title", "value": self.title}),
            json!({"type": "description", "value": self.body}),
        ];
        if let Some(project) = &self.project {
            transactions.push(json!({"type": "projects.add", "value": [{"slug": project}]}));
        }
        json!({"method": "maniphest.edit", "transactions": transactions})
    }
}

fn service_request(
    service: &Service,
    site: &Site,
    today: Date,
    picture: Option<&str>,
    templates: &Templates,
) -> Result<Ticket, GenerateError> {
    let (timeline, mut warnings) = timeline(service, site, today);
    if service.request_flow.is_empty() {
        warnings.push(
            "the model has no `request_flow`: who sends it requests, and where does it send its own?".into(),
        );
    } else if !is_in_flow(service) {
        warnings.push(format!(
            "`request_flow` has no edge to or from `{}`: who sends it requests, and where does it send its own?",
            service.name
        ));
    }
    let flow = service.request_flow.iter().map(|edge| {
        json!({"from": quoted(&edge.from), "to": quoted(&edge.to), "label": edge.label.as_ref().map(quoted)})
    });
    // Inside of a block of code nothing has a meaning but its end.
    let drawing = crate::flow::text(service, COLUMNS).filter(|text| !text.contains("```"));
    let others = service
        .maintainers
        .iter()
        .filter(|person| person.name != service.owner.name);
    let sentence = service.description.first_sentence();
    let has_more = service.description.as_str().trim_end_matches('.') != sentence;
    let technologies: Vec<String> = service.technologies.iter().map(quoted).collect();
    let values = json!({
        "name": format!("`{}`", service.name),
        "sentence": remarkup(&sentence),
        "timeline": timeline,
        "point_person": point_person(service),
        "maintainers": others.map(maintainer).collect::<Vec<_>>(),
        "technologies": if technologies.is_empty() { "nothing in particular".to_owned() } else { technologies.join(", ") },
        "source": repository(&service.repositories.source, site),
        "deploy": repository(&service.repositories.deploy, site),
        "port": service.port,
        "groups": groups(&service.deploy.groups),
        "description": has_more.then(|| remarkup(service.description.as_str())),
        "request_flow": flow.collect::<Vec<_>>(),
        "picture": picture,
        "drawing": drawing.map(|text| text.trim_end().to_owned()),
    });
    Ok(Ticket {
        title: format!("Service request for {}", service.name),
        body: render(templates, "tickets/service-request", &values)?,
        project: site.phabricator.projects.service_request.clone(),
        warnings,
    })
}

fn access_request(
    service: &Service,
    site: &Site,
    templates: &Templates,
) -> Result<Ticket, GenerateError> {
    if !service.has_hosts() {
        return Err(GenerateError::Incomplete {
            message: "the model names no hosts yet, to which access could be requested".into(),
            hint: "write them below `deploy.groups` in svcgen.yaml, once the service request is answered".into(),
        });
    }
    let people = service
        .maintainers
        .iter()
        .map(|person| json!({"name": quoted(&person.name), "shell": person.shell}));
    let names: Vec<&str> = service
        .maintainers
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    let without_account = service
        .maintainers
        .iter()
        .filter(|person| person.shell.is_none());
    let warnings = without_account.map(|person| {
        let field = if service.maintainers.len() == 1 {
            "owner.shell"
        } else {
            "maintainers"
        };
        format!(
            "{} has no shell account in the model; add it as `{field}`",
            person.name
        )
    });
    let values = json!({
        "people": people.collect::<Vec<_>>(),
        "service": service.name,
        "groups": groups(&service.deploy.groups),
        "log_directory": log_directory(service, site),
        "service_request": service.tickets.service_request.as_ref().map(|task| format!("{{{task}}}")),
    });
    Ok(Ticket {
        title: format!(
            "Access Request for {} for {}",
            enumerated(&names),
            service.name
        ),
        warnings: warnings.collect(),
        body: render(templates, "tickets/access-request", &values)?,
        project: site.phabricator.projects.access_request.clone(),
    })
}

fn repositories_request(
    service: &Service,
    site: &Site,
    templates: &Templates,
) -> Result<Ticket, GenerateError> {
    let repositories = &service.repositories;
    let server = site
        .gerrit
        .host
        .as_ref()
        .map_or("the review server".to_owned(), |host| format!("`{host}`"));
    let values = json!({
        "server": server,
        "service": service.name,
        "source": repositories.source,
        "deploy": repositories.deploy,
        "branch": repositories.branch,
        "owners": format!("`{}`", repositories.source.as_str().replace('/', "-")),
        "source_description": remarkup(&service.description.first_sentence()),
        "deploy_description": format!("Deployment of `{}`: its source, its dependencies, its scap configuration", service.name),
        "members": service.maintainers.iter().map(maintainer).collect::<Vec<_>>(),
        "service_request": service.tickets.service_request.as_ref().map(|task| format!("{{{task}}}")),
    });
    Ok(Ticket {
        title: format!("Repositories for the service {}", service.name),
        body: render(templates, "tickets/repositories", &values)?,
        project: None,
        warnings: Vec::new(),
    })
}

fn render(templates: &Templates, name: &str, values: &Value) -> Result<String, GenerateError> {
    Ok(format!("{}\n", templates.render(name, values)?.trim_end()))
}

#[cfg(test)]
mod tests;

/// Whether the service is in the flow of its requests, where one is drawn; a line names it by any of its names.
fn is_in_flow(service: &Service) -> bool {
    let names = [service.name.as_str(), service.puppet_name.as_str()];
    let is_named = |line: &str| {
        let line = line.to_lowercase();
        names.iter().any(|name| line.contains(name))
    };
    let mut flow = service.request_flow.iter();
    flow.any(|edge| is_named(edge.from.as_str()) || is_named(edge.to.as_str()))
}
