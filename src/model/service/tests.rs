use super::super::{LoadError, SiteError, Sites, model_schema};
use super::*;

fn load(text: &str) -> Result<Service, Vec<(String, String)>> {
    match Service::parse("svcgen.yaml".into(), text, &Sites::new(None), None) {
        Ok((service, _)) => Ok(service),
        Err(SiteError::Load(LoadError::Wrong { problems, .. })) => Err(problems
            .into_iter()
            .map(|p| (text[p.span].to_owned(), p.message))
            .collect()),
        Err(other) => panic!("{other:?}"),
    }
}

const SMALL: &str =
    "version: 1\nname: my-service\ndescription: Does it.\nport: 6000\nowner: {name: Ada}\n";

#[test]
fn what_is_empty_or_nearly_right_is_told_so() {
    let Err(SiteError::Load(LoadError::Wrong { problems, .. })) = Service::parse(
        "svcgen.yaml".into(),
        "version: 1\nname: ''\ndescription: ' '\nport: 1.5\nowner: {name: Ada}\nbuild: {target: debain}\n\
         runtime: {healthcheck: {spec: yes}}\ndeploy: {groups: [{name: a, size: -1}], service_timeout: 2000000}\n",
        &Sites::new(None),
        None,
    ) else {
        panic!("it was taken");
    };
    let told: Vec<String> = problems
        .into_iter()
        .map(|problem| match problem.rule {
            Some(rule) => format!("{}: {rule}", problem.message),
            None => problem.message,
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    expected a service name, and it is empty: lower-case letters, digits and single hyphens, beginning with a letter and not ending with a hyphen
    expected a text, and it is empty
    expected a whole number for the port, found a number with a fraction: from 1024 to 65535, without quotes
    `debain` is not a build target: did you mean `debian`?
    expected true or false, found text: write `true`, without quotes
    expected a number that is not negative
    expected a number up to 1000000
    ");
}

#[test]
fn required_fields_are_enough() {
    let service = load(SMALL).unwrap();
    assert_eq!(service.puppet_name.as_str(), "myservice");
    assert_eq!(
        service.repositories.deploy.as_str(),
        "mediawiki/services/my-service/deploy"
    );
    assert_eq!(service.repositories.key.as_str(), "my-service/deploy");
    assert_eq!(service.maintainers.len(), 1);
    assert!(service.deploy.checks.is_empty());
    assert_eq!(service.runtime.healthcheck.url, "/_info");
    let with_spec = load(&format!(
        "{SMALL}runtime: {{healthcheck: {{spec: true}}}}\n"
    ))
    .unwrap();
    assert_eq!(with_spec.runtime.healthcheck.url, "");
    assert_eq!(
        with_spec.deploy.checks[0].command.as_str(),
        "check_endpoints_my-service"
    );
}

#[test]
fn all_mistakes_are_found_at_once_with_their_place() {
    let text = "version: 1\nname: My Service\nport: 80\nowner: {nmae: Ada}\ndescripton: x\nconfig:\n  parameters:\n    \
                - {name: a, type: Integer, default: one}\n    - {name: a, secret: true, default: x}\n";
    let problems = load(text).unwrap_err();
    let found: Vec<(&str, &str)> = problems
        .iter()
        .map(|(t, m)| (t.as_str(), m.as_str()))
        .collect();
    for expected in [
        ("My Service", "`My Service` is not a service name"),
        ("80", "`80` is not a port"),
        ("nmae", "unknown key `nmae`"),
        ("descripton", "unknown key `descripton`"),
        ("one", "`Integer` does not hold the text \"one\""),
        ("x", "a secret has no value here"),
        ("a", "`a` is already in the list"),
    ] {
        assert!(
            found.contains(&expected),
            "{expected:?} is not in {found:#?}"
        );
    }
}

#[test]
fn what_refers_to_something_refers_to_what_is_there() {
    let text = format!(
        "{SMALL}deploy:\n  groups: [{{name: canary}}, {{name: default}}]\n  checks:\n    \
         - {{name: a, after: promote, command: x, group: canari}}\n    \
         - {{name: b, after: promote, command: x, group: canary}}\n\
         environments:\n  one: {{domain: a.example}}\n  two: {{domain: a.example}}\n  three: {{domain: global}}\n"
    );
    let problems = load(&text).unwrap_err();
    let found: Vec<(&str, &str)> = problems
        .iter()
        .map(|(t, m)| (t.as_str(), m.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("canari", "`canari` is not a group of this service"),
            ("a.example", "`one` has the domain `a.example` already"),
            ("global", "`global` is the section of all environments"),
        ]
    );
}

#[test]
fn the_deploy_repository_is_not_that_of_the_source() {
    let of = |repositories: &str| load(&format!("{SMALL}repositories: {repositories}\n"));
    let told = "`x/y` is the repository of the source";
    for same in ["{source: x/y, deploy: x/y}", "{deploy: x/y, source: x/y}"] {
        let problems = of(same).unwrap_err();
        assert_eq!(problems, [("x/y".to_owned(), told.to_owned())]);
    }
    assert!(of("{source: x/y, deploy: x/z}").is_ok());
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let validator = jsonschema::validator_for(&model_schema()).unwrap();
    let is_valid = |text: &str| {
        let value = crate::yaml::parse(text).unwrap().to_value();
        (load(text).is_ok(), validator.is_valid(&value))
    };
    let small = |from: &str, to: &str| SMALL.replace(from, to);
    for good in [
        SMALL.to_owned(),
        small("my-service", "a"),
        format!(
            "{SMALL}deploy: {{groups: [{{name: a, failure_limit: 10%}}, {{name: b, failure_limit: 1}}]}}\n"
        ),
        format!(
            "{SMALL}build: {{target: 'debian:x', dependencies: {{_all: [a, {{uri: 'https://x'}}]}}}}\n"
        ),
        format!("{SMALL}runtime: {{node_version: 18.19.0}}\n"),
        format!("{SMALL}build: {{node: 18.20.4}}\n"),
        format!("{SMALL}build: {{node: v18}}\n"),
        format!("{SMALL}build: {{node: 20.x}}\n"),
        format!("{SMALL}build: {{node: lts}}\n"),
        format!("{SMALL}build: {{node: lts-hydrogen}}\n"),
        format!("{SMALL}tickets: {{service_request: null}}\nvagrant: {{log_level: debug}}\n"),
    ] {
        assert_eq!(is_valid(&good), (true, true), "{good}");
    }
    let mut wrong = Vec::new();
    for bad in [
        small("version: 1", "version: 2"),
        small("version: 1\n", ""),
        small("my-service", "a--b"),
        small("my-service", "a-"),
        small("my-service", "3d"),
        small("my-service", "node"),
        small("my-service", &"a".repeat(64)),
        small("6000", "80"),
        small("6000", "70000"),
        small("6000", "'6000'"),
        small("{name: Ada}", "{}"),
        small("Does it.", "''"),
        small("Does it.", "\" \\n\""),
        small("Ada", "\"a\\nb\""),
        format!("{SMALL}puppet_name: a-b\n"),
        format!("{SMALL}puppet_name: class\n"),
        format!("{SMALL}zzz: 1\n"),
        format!("{SMALL}repositories: {{source: ../x}}\n"),
        format!("{SMALL}repositories: {{source: x.git}}\n"),
        format!("{SMALL}repositories: {{branch: -x}}\n"),
        format!("{SMALL}config: {{style: other}}\n"),
        format!("{SMALL}config: {{parameters: [{{name: port}}]}}\n"),
        format!("{SMALL}config: {{parameters: [{{name: title}}]}}\n"),
        format!("{SMALL}config: {{parameters: [{{type: String}}]}}\n"),
        format!("{SMALL}config: {{environment: {{a-b: 1}}}}\n"),
        format!("{SMALL}config: {{environment: {{A: [1]}}}}\n"),
        format!("{SMALL}runtime: {{log_level: loud}}\n"),
        format!("{SMALL}runtime: {{node_version: abc}}\n"),
        format!("{SMALL}runtime: {{node_version: '20.'}}\n"),
        format!("{SMALL}runtime: {{healthcheck: {{url: x}}}}\n"),
        format!("{SMALL}runtime: {{healthcheck: {{url: /$x}}}}\n"),
        format!("{SMALL}build: {{node: foo}}\n"),
        format!("{SMALL}build: {{node: sytem}}\n"),
        format!("{SMALL}build: {{node: ''}}\n"),
        format!("{SMALL}build: {{node: '20 '}}\n"),
        format!("{SMALL}build: {{target: x}}\n"),
        format!("{SMALL}build: {{dependencies: {{fedora: []}}}}\n"),
        format!("{SMALL}build: {{dependencies: {{_all: ['A b']}}}}\n"),
        format!("{SMALL}deploy: {{groups: [{{name: a, size: 0}}]}}\n"),
        format!("{SMALL}deploy: {{groups: [{{name: a, failure_limit: 101%}}]}}\n"),
        format!("{SMALL}deploy: {{groups: [{{name: a, hosts: ['a b']}}]}}\n"),
        format!("{SMALL}deploy: {{cache_revisions: 0}}\n"),
        format!("{SMALL}deploy: {{service_timeout: 2000000}}\n"),
        format!("{SMALL}deploy: {{service_timeout: 0}}\n"),
        format!("{SMALL}deploy: {{checks: [{{name: a, command: x}}]}}\n"),
        format!(
            "{SMALL}deploy: {{checks: [{{name: a, command: x, after: promote, before: promote}}]}}\n"
        ),
        format!("{SMALL}environments: {{production: {{domain: a}}}}\n"),
        format!("{SMALL}environments: {{beta: {{domain: 'A b'}}}}\n"),
        format!("{SMALL}environments: {{beta: {{}}}}\n"),
        format!("{SMALL}timeline: {{deployment: soon}}\n"),
        format!("{SMALL}tickets: {{service_request: '1'}}\n"),
    ] {
        if is_valid(&bad) != (false, false) {
            wrong.push((is_valid(&bad), bad));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_example_is_valid_and_fits_the_schema() {
    let text = include_str!("../../../onboarding/examples/trending-edits.yaml");
    let service = load(text).unwrap();
    assert_eq!(service.deploy.groups[1].host_names().len(), 9);
    let node = crate::yaml::parse(text).unwrap();
    let validator = jsonschema::validator_for(&model_schema()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&node.to_value())
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let errors: Vec<String> = validator
        .iter_errors(&serde_json::to_value(&service).unwrap())
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Every key of the schema is a key that the reader knows, and the other way round.
#[test]
fn schema_and_reader_know_the_same_keys() {
    let schema = model_schema();
    let all_keys = |schema: &serde_json::Value| -> Vec<String> {
        schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    let text: String = all_keys(&schema)
        .iter()
        .map(|key| format!("{key}: [1]\n"))
        .collect();
    let problems = load(&text).unwrap_err();
    let unknown: Vec<_> = problems
        .iter()
        .filter(|(_, m)| m.starts_with("unknown key"))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let nothing = load(&format!("{SMALL}zzz: 1\n"));
    assert_eq!(nothing.unwrap_err()[0].1, "unknown key `zzz`");
}

#[test]
fn a_key_in_another_place_is_told_where_it_belongs() {
    let text = format!("{SMALL}parameters: []\ndeploy: {{node_version: '20'}}\n");
    let text = text.replace("{name: Ada}", "{name: Ada, port: 6000, service_name: x}");
    let parsed = Service::parse("svcgen.yaml".into(), &text, &Sites::new(None), None);
    let Err(SiteError::Load(LoadError::Wrong { problems, .. })) = parsed else {
        panic!("{parsed:?}");
    };
    let told: Vec<&str> = problems
        .iter()
        .filter_map(|it| it.rule.as_deref())
        .collect();
    assert_eq!(
        told,
        [
            "`port` belongs at the top level",
            "did you mean `name`?",
            "`parameters` belongs below `config`",
            "`node_version` belongs below `runtime`",
        ]
    );
}

#[test]
fn an_unknown_key_is_answered_with_each_known_one_once() {
    let text = format!("{SMALL}config: {{parameters: [{{name: a, wrong: x}}]}}\n");
    let parsed = Service::parse("svcgen.yaml".into(), &text, &Sites::new(None), None);
    let Err(SiteError::Load(LoadError::Wrong { problems, .. })) = parsed else {
        panic!("{parsed:?}");
    };
    assert_eq!(
        problems[0].rule.as_deref(),
        Some("known here: name, type, default, value, description, secret")
    );
}
