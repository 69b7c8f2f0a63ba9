#![allow(clippy::unwrap_used)]
use super::*;
use crate::yaml::parse_python;

fn vars(text: &str) -> Vars {
    let node = parse_python(text).unwrap();
    let entries = node.entries().iter();
    entries
        .map(|(key, value)| (key.text.clone(), value.clone()))
        .collect()
}

fn file(format: Option<OutputFormat>, has_remote: bool) -> ConfigFile {
    ConfigFile {
        destination: "/etc/tea/config.yaml".into(),
        template: "scap/templates/config.yaml.j2".into(),
        erb_syntax: true,
        remote_vars: has_remote.then(|| "/etc/tea/vars.yaml".into()),
        output_format: format,
    }
}

fn render(template: &str, base: &str, remote: Option<&str>) -> Result<String, TemplateError> {
    let host = HostName::parse("t1").unwrap();
    let mut renderer = ConfigRenderer::new(&host, &vars(base));
    renderer.render(
        &file(Some(OutputFormat::Yaml), remote.is_some()),
        template,
        remote,
    )
}

#[test]
fn values_are_written_as_yaml_and_lines_as_jinja_leaves_them() {
    let template = "a: <%= a %>\n<% if b %>b: <%= b %>\n<% endif %>c: <%= c %>\n<%# not here %>\nd: <%= d|join(',') %>\n\n";
    let text = render(template, "a: null\nb: true\nc: 1.5\nd: [1, x]\n", None).unwrap();
    assert_eq!(text, "a: null\nb: true\nc: 1.5\n\nd: 1,x\n");
}

#[test]
fn the_target_has_the_last_word() {
    let text = render("<%= a %> <%= b %>", "a: 1\nb: 2\n", Some("b: 3\n")).unwrap();
    assert_eq!(text, "1 3");
    let error = render("x", "a: 1\n", Some("b: [\n")).unwrap_err();
    assert!(
        error.to_string().starts_with("t1:/etc/tea/vars.yaml:"),
        "{error}"
    );
}

#[test]
fn a_value_that_is_not_there_is_named_with_its_line() {
    let error = render("a: 1\nb: <%= prot %>\n", "port: 1\n", None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "scap/templates/config.yaml.j2:2: `prot` is not defined; did you mean `port`?"
    );
    assert_eq!(
        render("<% if prot is defined %>x<% endif %>y", "{}", None).unwrap(),
        "y"
    );
}

#[test]
fn a_template_that_never_ends_is_refused() {
    let endless = "<% for a in range(99999) %><% for b in range(99999) %>x<% endfor %><% endfor %>";
    let error = render(endless, "{}", None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`scap/templates/config.yaml.j2` does not come to an end"
    );
    let error = render("<% for %>", "{}", None).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("scap/templates/config.yaml.j2:1: "),
        "{error}"
    );
}
