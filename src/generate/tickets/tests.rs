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
    let example = include_str!("../../../onboarding/examples/trending-edits.yaml");
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
        let warnings = make(TicketKind::Service, &text).unwrap().warnings;
        let is_of_flow = |it: &String| it.contains("`request_flow`");
        assert_eq!(warnings.iter().filter(|it| is_of_flow(it)).count(), 1);
        let others = warnings.into_iter().filter(|it| !is_of_flow(it));
        others.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        warning("2026-11-24"),
        "the first deployment is tomorrow; wikimedia asks for 2 weeks at least"
    );
    assert!(warning("2026-11-23").starts_with("the first deployment is today; "));
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
    assert!(warning("null").starts_with("the model has no day"));
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
        ["Joan has no shell account in the model; add it as `maintainers`"]
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
