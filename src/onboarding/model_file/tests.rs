use proptest::prelude::*;

use super::*;

fn round(text: &str) -> (Service, String) {
    let sites = Sites::new(None);
    let (service, _) = Service::parse("svcgen.yaml".into(), text, &sites, None).unwrap();
    let written = write_model(&service, &sites).unwrap();
    let (again, _) = Service::parse("svcgen.yaml".into(), &written, &sites, None)
        .unwrap_or_else(|error| panic!("{error:?} in\n{written}"));
    assert_eq!(again, service, "{written}");
    (service, written)
}

#[test]
fn the_least_is_complete() {
    let (_, text) = round(
        "{version: 1, name: my-service, description: Does it., port: 6000, owner: {name: Ada}}",
    );
    insta::assert_snapshot!(text, @r#"
    version: 1
    site: wikimedia
    name: my-service
    puppet_name: myservice
    description: |
      Does it.
    port: 6000
    owner: {name: Ada}
    repositories:
      source: mediawiki/services/my-service
      deploy: mediawiki/services/my-service/deploy
      key: my-service/deploy
      branch: master
    runtime:
      node_version: "20"
      healthcheck: {url: /_info, spec: false}
    deploy:
      user: deploy-service
    "#);
}

#[test]
fn the_example_comes_back() {
    let (_, text) = round(include_str!(
        "../../../onboarding/examples/trending-edits.yaml"
    ));
    insta::assert_snapshot!(text, @r#"
    version: 1
    site: wikimedia
    name: trending-edits
    puppet_name: trendingedits
    description: |
      Computes the list of currently trending articles from the stream of edits.
      It follows the events in real time, and answers with the articles that have been edited most.
    port: 6699
    technologies: [Node.js, service-runner, Kafka]
    owner: {name: Ada Example, shell: ada, irc: ada, email: ada@example.org, phabricator: Ada}
    timeline: {deployment: "2026-12-15"}
    request_flow:
      - {from: RESTBase, to: trending-edits, label: GET /feed}
      - {from: trending-edits, to: Kafka, label: consumes edits}
    repositories:
      source: mediawiki/services/trending-edits
      deploy: mediawiki/services/trending-edits/deploy
      key: trending-edits/deploy
      branch: master
    config:
      parameters:
        - name: broker_list
          type: String
          value: {production: "kafka1001:9092", vagrant: "127.0.0.1:9092"}
          description: Comma-separated list of Kafka broker URIs.
        - name: max_age
          type: Integer
          default: 86400
          description: Seconds after which an edit no longer counts.
      environment: {UV_THREADPOOL_SIZE: 16}
    runtime:
      node_version: "20"
      healthcheck: {url: "", spec: true}
    build:
      dependencies: {debian: [librdkafka-dev]}
    deploy:
      user: deploy-service
      groups:
        - {name: canary, hosts: [scb2001.codfw.wmnet]}
        - {name: default, hosts: ["scb[1001-1004].eqiad.wmnet", "scb[2002-2006].codfw.wmnet"], size: 2}
    environments:
      beta:
        domain: deployment-prep.eqiad1.wikimedia.cloud
        groups:
          - {name: default, hosts: [deployment-trending01.deployment-prep.eqiad1.wikimedia.cloud]}
    tickets: {service_request: T150043}
    "#);
}

#[test]
fn what_differs_from_a_default_is_written() {
    let least = "version: 1\nname: a-b\ndescription: D\nport: 6000\nowner: {name: Ada}\n";
    for more in [
        "runtime: {healthcheck: {spec: true}}\ndeploy: {checks: []}",
        "runtime: {healthcheck: {spec: true, url: /x}}",
        "deploy: {checks: [{name: a, type: command, after: fetch, command: 'x, y: z', timeout: 31, group: default}]}",
        "deploy: {groups: [{name: default}], cache_revisions: 2, service_timeout: 1, user: someone}",
        "config: {parameters: [{name: a, type: Any, default: null}, {name: b, type: 'Optional[String]', default: null, value: {vagrant: null}}]}",
        "config: {parameters: [{name: a, type: Hash, default: {}, description: \"one\\n\\n  two: #\\n\"}], environment: {A: ''}}",
        "config: {parameters: [{name: a, type: 'Hash', default: {b: null, secret: false, hosts: [], c: [[1, {d: \" x \\n\"}], []]}}]}",
        "maintainers: [{name: Ada}, {name: Grace, shell: grace}]\nenvironments: {beta: {domain: b.example}}",
        "vagrant: {role: other, memory: 5, forward_port: false, log_level: debug}\ntickets: {access_request: T1}",
        "build: {target: 'a:b', node: '18', dependencies: {_all: [], debian: [{uri: 'https://x/y.deb'}]}, install_options: ['--x=1, 2']}",
        "runtime: {extra: {a: null, b: {c: []}, heap_limit: 1.0}}\nrequest_flow: [{from: 'a, b', to: 'c: d', label: '[x]'}]",
        "puppet_name: other\nrepositories: {source: x/y, branch: main}\nsite: wikimedia\nowner: {name: 'yes', irc: '#x'}",
    ] {
        let least = if more.contains("owner:") {
            least.replace("owner: {name: Ada}\n", "")
        } else {
            least.to_owned()
        };
        round(&format!("{least}{more}\n"));
    }
}

proptest! {
    #[test]
    fn texts_come_back(texts in prop::collection::vec(prop_oneof!["\\PC{1,40}", "[-?:,\\[\\]{}#&*!|>'\"%@`~ \n\t\\\\a1.e]{1,40}"], 4)) {
        let value = json!({
            "version": 1, "name": "a", "description": texts[0], "port": 6000, "owner": {"name": texts[1]},
            "technologies": [texts[1], "x"],
            "config": {"parameters": [
                {"name": "p", "type": "Any", "default": {"k": [texts[2], {texts[2].clone(): texts[3]}]}, "description": texts[3]},
            ]},
        });
        if Service::parse("x".into(), &value.to_string(), &Sites::new(None), None).is_ok() {
            round(&value.to_string());
        }
    }
}
