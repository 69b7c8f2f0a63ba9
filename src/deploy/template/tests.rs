use proptest::prelude::*;

use super::*;

const VARS: &str = "name: tea-pot\nport: 6100\non_: yes\nnothing: ~\nhosts: [tea2, tea1]\nratio: 0.5\n\
                    conf: {zeta: [1, true, ~, x], alpha: {b: \"it's\"}}\n";

fn vars(text: &str) -> Vars {
    let node = parse_python(text).unwrap();
    let entries = node.entries().iter();
    entries
        .map(|(key, value)| (key.text.clone(), value.clone()))
        .collect()
}

fn file(destination: &str, erb_syntax: bool) -> ConfigFile {
    let is_yaml = destination.ends_with(".yaml");
    ConfigFile {
        destination: destination.into(),
        template: "scap/templates/config.j2".into(),
        erb_syntax,
        remote_vars: Some("/etc/tea/vars.yaml".into()),
        output_format: is_yaml.then_some(OutputFormat::Yaml),
    }
}

fn render_as(file: &ConfigFile, template: &str) -> Result<String, TemplateError> {
    let host = HostName::parse("tea1.example").unwrap();
    ConfigRenderer::new(&host, &vars(VARS)).render(file, template, Some(""))
}

fn render(template: &str) -> String {
    render_as(&file("/etc/tea/config.yaml", false), template).unwrap()
}

fn refused(template: &str) -> String {
    let refused = render_as(&file("/etc/tea/config.yaml", false), template);
    refused.unwrap_err().to_string()
}

#[test]
fn values_are_printed_as_python_does_and_as_yaml_where_that_is_written() {
    let template = "{{ on_ }} {{ nothing }} {{ conf }} {{ ratio * 2 }} {{ 'x' ~ on_ }}";
    assert_eq!(
        render(template),
        "true null {'alpha': {'b': \"it's\"}, 'zeta': [1, True, None, 'x']} 1.0 xTrue"
    );
    assert_eq!(
        render_as(&file("/etc/tea/config.json", false), template).unwrap(),
        "True None {'alpha': {'b': \"it's\"}, 'zeta': [1, True, None, 'x']} 1.0 xTrue"
    );
}

#[test]
fn white_space_and_line_ends_are_those_of_jinja() {
    assert_eq!(render("a\n"), "a");
    assert_eq!(render("a\n\n"), "a\n");
    assert_eq!(render("a\r\nb\rc\r\n"), "a\nb\nc");
    assert_eq!(
        render("x:\n  {%- for h in hosts %}\n  - {{ h }}\n  {%- endfor %}\ny\n"),
        "x:\n  - tea2\n  - tea1\ny"
    );
    assert_eq!(render("{% if port %}\na\n{% endif %}\n"), "\na\n");
    assert_eq!(render("{# c #}{% raw %}{{ x }}{% endraw %}"), "{{ x }}");
}

#[test]
fn delimiters_may_be_those_of_erb() {
    let erb = file("/etc/tea/config.yaml", true);
    let template = "<%# c %>p: <%= port %>\n<%- if on_ %> {{ a }} {% b %}<% endif -%>\n q: <%=- name|upper -%> \n";
    assert_eq!(
        render_as(&erb, template).unwrap(),
        "p: 6100 {{ a }} {% b %}q:TEA-POT"
    );
}

#[test]
fn filters_are_those_of_jinja() {
    for (expression, expected) in [
        (
            "conf|tojson",
            r#"{"alpha": {"b": "it\u0027s"}, "zeta": [1, true, null, "x"]}"#,
        ),
        (
            "{'b': 1, 'a': 'é<'}|tojson(indent=2)",
            "{\n  \"a\": \"\\u00e9\\u003c\",\n  \"b\": 1\n}",
        ),
        ("'a\nb\n\nc\n'|indent(2)", "a\n  b\n\n  c\n"),
        ("'a\nb'|indent(1, true)", " a\n b"),
        ("2.5|round", "2.0"),
        ("2.675|round(2)", "2.67"),
        ("7|round(1, 'floor')", "7.0"),
        ("7|round", "7"),
        ("hosts|sort|join(', ')", "tea1, tea2"),
        ("conf.zeta|join('/')", "1/True/None/x"),
        ("'<&\"'|e", "&lt;&amp;&#34;"),
        ("name is sequence", "true"),
        ("name is lower", "true"),
        (
            "7 // 2 ~ ',' ~ -7 // 2 ~ ',' ~ 7 / 2 ~ ',' ~ -7 % 3",
            "3,-4,3.5,2",
        ),
        ("conf.items()|list|length", "2"),
        ("name.split('-')[1].upper()", "POT"),
        ("port|default(1)", "6100"),
        ("absent|default('d')", "d"),
        ("name if absent is defined else 'no'", "no"),
        ("100000000000.0 * 1000000000.0", "1e+20"),
        ("0.00001", "1e-05"),
        ("'a' if false", ""),
        ("'a/b c'|urlencode", "a/b%20c"),
    ] {
        assert_eq!(
            render(&format!("{{{{ {expression} }}}}")),
            expected,
            "{expression}"
        );
    }
}

#[test]
fn the_targets_own_variables_count_more_and_are_kept_for_the_next_file() {
    let host = HostName::parse("tea1.example").unwrap();
    let mut renderer = ConfigRenderer::new(&host, &vars("a: 1\nb: {y: 1, x: 2}\nc: 3\n"));
    let mut file = file("one.yaml", false);
    let remote = "a: 0644\nb: {w: 1, v: 2}\n";
    let rendered = renderer.render(&file, "{{ a }} {{ b }} {{ c }}", Some(remote));
    assert_eq!(rendered.unwrap(), "420 {'w': 1, 'v': 2} 3");
    file.remote_vars = None;
    let rendered = renderer.render(&file, "{{ a }}", None);
    assert_eq!(rendered.unwrap(), "420");
    // Without variables of the repository nothing is kept: an empty dictionary is no dictionary in Python.
    let mut renderer = ConfigRenderer::new(&host, &vars("{}"));
    file.remote_vars = Some("/etc/tea/vars.yaml".into());
    assert_eq!(
        renderer.render(&file, "{{ a }}", Some("a: 1")).unwrap(),
        "1"
    );
    file.remote_vars = None;
    assert!(renderer.render(&file, "{{ a }}", None).is_err());
}

#[test]
fn what_is_wrong_on_the_target_names_host_file_and_line() {
    let host = HostName::parse("tea1.example").unwrap();
    let mut renderer = ConfigRenderer::new(&host, &vars(VARS));
    let mut refused = |remote: Option<&str>| {
        let refused = renderer.render(&file("x", false), "", remote);
        refused.unwrap_err().to_string()
    };
    insta::assert_snapshot!(
        [None, Some("a: 1\nb: [\n"), Some("# c\n- a\n"), Some("text"), Some("a: 1\n<<: 2\n")].map(&mut refused).join("\n"),
        @r#"
the file of variables `/etc/tea/vars.yaml` is not on tea1.example
tea1.example:/etc/tea/vars.yaml:2: not YAML: the bracket `[` is not closed
tea1.example:/etc/tea/vars.yaml:2: expected a mapping of variables, found a list
tea1.example:/etc/tea/vars.yaml:1: expected a mapping of variables, found text
tea1.example:/etc/tea/vars.yaml:2: not YAML: `<<` is followed by a mapping
"#
    );
}

#[test]
fn a_mistake_has_its_line_and_what_was_meant() {
    let templates = [
        "a\n{{ prot }}",
        "{{ conf.alpah }}",
        "{{ conf.alpha.c.d }}",
        "{{ conf['x'] }}",
        "\n\n{{ absent|upper }}",
        "{{ absent + 1 }}",
        "{{ [absent] }}",
        "{% for x in absent %}{% endfor %}",
        "{% if x",
        "{% if 1 %}",
        "{% endif %}",
        "{{ name|nofilter }}",
        "{{ name is notest }}",
        "{{ name.foo() }}",
        "{% include 'other' %}",
        "{% extends 'other' %}",
        "{% from 'other' import a %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 1 / 0 }}",
        "{{ '%s' % name }}",
    ];
    insta::assert_snapshot!(templates.map(refused).join("\n"), @r#"
scap/templates/config.j2:2: `prot` is not defined; did you mean `port`?
scap/templates/config.j2:1: `conf.alpah` is not defined; did you mean `conf.alpha`?
scap/templates/config.j2:1: `conf.alpha.c` is not defined
scap/templates/config.j2:1: `conf['x']` is not defined
scap/templates/config.j2:3: `absent` is not defined
scap/templates/config.j2:1: `absent` is not defined
scap/templates/config.j2:1: a value that is printed here is not defined
scap/templates/config.j2:1: `absent` is not defined
scap/templates/config.j2:1: not a template: unexpected end of input, expected end of block
scap/templates/config.j2:1: not a template: unexpected end of input, expected end of block
scap/templates/config.j2:1: not a template: unknown statement endif
scap/templates/config.j2:1: filter nofilter is unknown
scap/templates/config.j2:1: test notest is unknown
scap/templates/config.j2:1: string has no method named foo
scap/templates/config.j2:1: a configuration file is rendered from one template, which includes no other
scap/templates/config.j2:1: a configuration file is rendered from one template, which includes no other
scap/templates/config.j2:1: a configuration file is rendered from one template, which includes no other
scap/templates/config.j2:1: recursion limit exceeded
scap/templates/config.j2:1: unable to calculate 1 / 0
scap/templates/config.j2:1: tried to use % operator on unsupported types string and string
"#);
}

#[test]
fn a_template_comes_to_an_end() {
    for template in [
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{% set x = 'a' * 100000000 %}",
        "{{ [[[1] * 1000] * 1000] * 1000 }}",
        "{{ [[[1] * 1000] * 1000] * 1000|string }}",
        "{{ ([[[1] * 1000] * 1000] * 1000)|tojson }}",
        "{{ ([[[1] * 1000] * 1000] * 1000)|join }}",
        "{{ 'x'|indent(1000000000, true) }}",
        "{{ [1]|tojson(1000000000) }}",
        "{{ '%999999999d'|format(1) }}",
    ] {
        let text = refused(template);
        assert!(!text.is_empty() && text.len() < 200, "{template}: {text}");
    }
    assert_eq!(
        refused("{% for a in range(2000) %}{{ 'x' * 20000 }}{% endfor %}"),
        "`scap/templates/config.j2` makes a file of more than 16777216 bytes"
    );
}

proptest! {
    #[test]
    fn a_text_comes_through(text in "\\PC{0,40}") {
        let host = HostName::parse("tea1.example").unwrap();
        let node = parse_python(&serde_json::to_string(&text).unwrap()).unwrap();
        let vars: Vars = [("x".to_owned(), node)].into_iter().collect();
        let mut file = file("x.yaml", false);
        file.remote_vars = None;
        let mut renderer = ConfigRenderer::new(&host, &vars);
        prop_assert_eq!(renderer.render(&file, "[{{ x }}]", None).unwrap(), format!("[{text}]"));
        if !text.contains('{') {
            prop_assert_eq!(renderer.render(&file, &format!("{text}\n"), None).unwrap(), text);
        }
    }

    #[test]
    fn no_template_is_too_odd(parts in proptest::collection::vec(proptest::sample::select(vec![
        "{{", "}}", "{%", "%}", "{#", "#}", "-", " if ", " for ", " in ", "endif", "endfor", " set ", "=", "x", "name",
        "conf", ".", "[", "]", "(", ")", "|", "tojson", "'", "1", "é", "\n", "raw", "endraw", "macro", "{", "}", "*", "/",
    ]), 0..24)) {
        let text = parts.concat();
        if let Err(error) = render_as(&file("x.yaml", false), &text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
