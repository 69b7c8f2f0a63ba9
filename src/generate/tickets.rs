mod texts;
mod timeline;

use jiff::civil::Date;
use serde_json::{Value, json};

use self::texts::{
    enumerated, groups, log_directory, maintainer, point_person, quoted, repository,
};
use self::timeline::timeline;
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
    let (timeline, warnings) = timeline(service, site, today);
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
            "{} has no shell account in the model; it belongs to `{field}`",
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::civil::date;

    use super::*;
    use crate::model::Sites;

    const LEAST: &str = "version: 1\nname: my-service\nport: 6000\nowner: {name: Ada}\n";

    fn make(kind: TicketKind, text: &str) -> Result<Ticket, GenerateError> {
        let (service, site) =
            Service::parse("svcgen.yaml".into(), text, &Sites::new(None), None).unwrap();
        ticket(
            kind,
            &service,
            &site,
            date(2026, 11, 23),
            None,
            &Templates::default(),
        )
    }

    #[test]
    fn a_service_request_has_every_field_of_the_guide() {
        let example = include_str!("../../onboarding/examples/trending-edits.yaml");
        let ticket = make(TicketKind::Service, example).unwrap();
        assert!(ticket.warnings.is_empty(), "{:?}", ticket.warnings);
        insta::assert_snapshot!(ticket.body, @"
        * **Name**: `trending-edits`
        * **Description**: Computes the list of currently trending articles from the stream of edits
        * **Timeline**: first deployment on 2026-12-15
        * **Point person**: Ada Example (Phabricator Ada, IRC ada, mail `ada@example.org`, shell account `ada`)
        * **Technologies**: Node.js, service-runner, Kafka
        * **Repositories**:
          * source: [[ https://gerrit.wikimedia.org/r/mediawiki/services/trending-edits | mediawiki/services/trending-edits ]]
          * deployment: [[ https://gerrit.wikimedia.org/r/mediawiki/services/trending-edits/deploy | mediawiki/services/trending-edits/deploy ]]
        * **Port**: 6699
        * **Hosts**:
          * `canary`: `scb2001.codfw.wmnet`
          * `default`: `scb[1001-1004].eqiad.wmnet`, `scb[2002-2006].codfw.wmnet`

        = What it does

        Computes the list of currently trending articles from the stream of edits.
        It follows the events in real time, and answers with the articles that have been edited most.

        = Request flow

        ```
        ┌──────────┐                  ╔════════════════╗                       ┌───────┐
        │ RESTBase │─── GET /feed ───▶║ trending-edits ║─── consumes edits ───▶│ Kafka │
        └──────────┘                  ╚════════════════╝                       └───────┘
        ```

        * RESTBase → trending-edits: GET /feed
        * trending-edits → Kafka: consumes edits
        ");
    }

    #[test]
    fn free_text_is_shown_as_it_is() {
        let text = format!(
            "{LEAST}description: \"See {{T1}} `x` [[y]].\\n# not a heading\\n== nor this ==\\n| no | table |\"\n\
             technologies: ['C#', '**bold**']\nrequest_flow: [{{from: '{{T2}}', to: b, label: '@ada'}}]\n"
        );
        let body = make(TicketKind::Service, &text).unwrap().body;
        for shown in [
            "See `{T1}` ##`##`x`##`## `[[y]].`\n`#` not a heading\n`==` nor this `==`\n`|` no `|` table `|`",
            "* **Technologies**: `C#`, `**bold**`",
            "* `{T2}` → b: `@ada`",
        ] {
            assert!(body.contains(shown), "{shown}\nis not in\n{body}");
        }
    }

    #[test]
    fn a_timeline_that_is_too_short_is_warned_about() {
        let warning = |day: &str| {
            let text = format!("{LEAST}description: D\ntimeline: {{deployment: {day}}}\n");
            make(TicketKind::Service, &text)
                .unwrap()
                .warnings
                .join("\n")
        };
        assert_eq!(
            warning("2026-11-24"),
            "the first deployment is in a day; wikimedia asks for 2 weeks at least"
        );
        assert_eq!(
            warning("2026-12-06"),
            "the first deployment is in 13 days; wikimedia asks for 2 weeks at least"
        );
        assert_eq!(
            warning("2026-12-07"),
            "the first deployment is in 14 days; wikimedia advises 3 weeks"
        );
        assert_eq!(warning("2026-12-14"), "");
        assert_eq!(warning("2027-12-14"), "");
        assert_eq!(
            warning("2026-11-22"),
            "the day of the first deployment, 2026-11-22, has passed"
        );
        assert!(warning("null").starts_with("the model names no day"));
    }

    #[test]
    fn an_access_request_names_people_hosts_rights_and_asks_for_approval() {
        let text = format!(
            "{LEAST}description: D\nmaintainers: [{{name: Ada, shell: ada}}, {{name: Grace, shell: grace}}, {{name: Joan}}]\n\
             deploy: {{groups: [{{name: canary, hosts: [a1.example]}}, {{name: default, hosts: ['a[2-9].example', b1.example]}}]}}\n\
             tickets: {{service_request: T150043}}\n"
        );
        let ticket = make(TicketKind::Access, &text).unwrap();
        assert_eq!(
            ticket.title,
            "Access Request for Ada, Grace and Joan for my-service"
        );
        assert_eq!(
            ticket.warnings,
            ["Joan has no shell account in the model; it belongs to `maintainers`"]
        );
        insta::assert_snapshot!(ticket.body, @"
        **Who**

        * Ada, shell account `ada`
        * Grace, shell account `grace`
        * Joan, who has no shell account yet

        **Where**: the hosts of the service `my-service`

        * `canary`: `a1.example`
        * `default`: `a[2-9].example`, `b1.example`

        **What**

        * log in to these hosts
        * read the logs of the service in `/srv/log/my-service`
        * start, stop and restart the service `my-service`

        **Why**

        They maintain the service and have to look after it once it is deployed. The request for the service:

        {T150043}

        **Approval**

        The manager of each person named above is asked to approve this request in a comment.
        ");
    }

    #[test]
    fn access_to_hosts_that_are_not_known_cannot_be_requested() {
        let error = make(TicketKind::Access, &format!("{LEAST}description: D\n")).unwrap_err();
        assert!(
            matches!(&error, GenerateError::Incomplete { hint, .. } if hint.contains("deploy.groups")),
            "{error:?}"
        );
    }

    #[test]
    fn repositories_are_requested_with_their_owners() {
        let ticket = make(
            TicketKind::Repositories,
            &format!("{LEAST}description: D. E.\n"),
        )
        .unwrap();
        insta::assert_snapshot!(ticket.body, @"
        Two repositories on `gerrit.wikimedia.org` are needed for the service `my-service`:

        * `mediawiki/services/my-service`
          * description: D
          * owners: `mediawiki-services-my-service`
          * default branch: `master`
        * `mediawiki/services/my-service/deploy`
          * description: Deployment of `my-service`: its source, its dependencies, its scap configuration
          * owners: `mediawiki-services-my-service`
          * default branch: `master`
          * empty, without a first commit

        The group of owners has these members:

        * Ada
        ");
    }

    #[test]
    fn transactions_mark_the_project_as_a_slug() {
        let ticket = make(TicketKind::Service, &format!("{LEAST}description: D\n")).unwrap();
        let transactions = ticket.transactions();
        assert_eq!(transactions["method"], "maniphest.edit");
        assert_eq!(
            transactions["transactions"][0],
            json!({"type": "title", "value": "Service request for my-service"})
        );
        let project =
            json!({"type": "projects.add", "value": [{"slug": "service-deployment-requests"}]});
        assert_eq!(transactions["transactions"][2], project);
    }
}
