use insta::assert_snapshot;

use crate::support::Env;

const MODEL: &str = "\
version: 1
site: example
name: my-service
description: Does it, as {T1} says.
port: 6000
owner: {name: Ada Example, shell: ada}
timeline: {deployment: 2026-11-25}
";

#[test]
fn a_service_request_is_text_that_can_be_pasted() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    assert_snapshot!(env.svcgen(&["request", "service"]).show(), @"
    exit 0
    --- stdout
    Title: Service request for my-service
    Project: #new-services

    * **Name**: `my-service`
    * **Description**: Does it, as `{T1}` says
    * **Timeline**: first deployment on 2026-11-25
    * **Point person**: Ada Example (shell account `ada`)
    * **Technologies**: nothing in particular
    * **Repositories**:
      * source: [[ https://review.farm.example/p/wiki/services/my-service | wiki/services/my-service ]]
      * deployment: [[ https://review.farm.example/p/wiki/services/my-service/deploy | wiki/services/my-service/deploy ]]
    * **Port**: 6000
    * **Hosts**: to be assigned by those who answer this request

    = Request flow

    The service is asked at its port 6000. Who asks it, and whom it asks, is not decided yet.
    --- stderr
    warning: the first deployment is in 2 days; example asks for a week at least
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    next: file it at https://tasks.farm.example/maniphest/task/edit/, and write its number to `tickets.service_request` in the model
    ");
}

#[test]
fn transactions_are_json_and_nothing_else() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let run = env.svcgen(&["request", "repositories", "--json"]);
    assert_eq!(run.code, 0);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        value["transactions"][0]["value"],
        "Repositories for the service my-service"
    );
    let same = env.svcgen(&["request", "repositories", "--format", "json"]);
    assert_eq!(same.stdout, run.stdout);
}

#[test]
fn access_needs_hosts() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    assert_snapshot!(env.svcgen(&["request", "access"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: the model names no hosts yet, to which access could be requested
    hint: write them below `deploy.groups` in svcgen.yaml, once the service request is answered
    ");
    env.write(
        "svcgen.yaml",
        &format!(
            "{MODEL}deploy: {{groups: [{{name: default, hosts: ['a[1-2].farm.example']}}]}}\n"
        ),
    );
    assert_snapshot!(env.svcgen(&["request", "access"]).show(), @"
    exit 0
    --- stdout
    Title: Access Request for Ada Example for my-service
    Project: #shell-access

    **Who**

    * Ada Example, shell account `ada`

    **Where**: the hosts of the service `my-service`

    * `default`: `a[1-2].farm.example`

    **What**

    * log in to these hosts
    * read the logs of the service in `/var/log/services/my-service`
    * start, stop and restart the service `my-service`

    **Why**

    This person maintains the service and has to look after it once it is deployed. The request for the service is not filed yet.

    **Approval**

    The manager of the person named above is asked to approve this request in a comment.
    --- stderr
    next: file it at https://tasks.farm.example/maniphest/task/edit/, and write its number to `tickets.access_request` in the model
    ");
}
