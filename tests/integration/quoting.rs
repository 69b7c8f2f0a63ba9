//! What is written into manifests, hieradata and configuration templates comes back unchanged from the real Puppet.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use svcgen::render::quoting::{hiera_value, puppet_value, yaml_entry};

use crate::support::{Env, has_tool};

/// How many values there are.
const COUNT: usize = 300;

/// Texts that mean something in one of the languages on the way.
const PITFALLS: &[&str] = &[
    "",
    " ",
    "'",
    "''",
    "\\",
    "\\\\",
    "\\'",
    "a\\",
    "it's \\ $x",
    "$x",
    "${x}",
    "${facts['os']}",
    "\\${x}",
    "%{x}",
    "%{literal('%')}",
    "%%{}{x}",
    "%",
    "<% x %>",
    "<%= x %>",
    "<%%",
    "%%>",
    "-%>",
    "{{ x }}",
    "{% x %}",
    "#{x}",
    "# x",
    "a # b",
    "a: b",
    "- a",
    "? a",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "@a",
    "`a`",
    "yes",
    "No",
    "on",
    "null",
    "~",
    "undef",
    "true",
    "false",
    "default",
    "1",
    "0777",
    "0x1f",
    "1e3",
    ".5",
    "1:30",
    "1_0",
    "2001-01-01",
    "=",
    "<<",
    "é",
    "日本語",
    "🦀",
    "\u{a0}",
    "a\nb",
    "\na",
    "a\n",
    "a\n\n",
    "a\n  b",
    "\ta",
    "a\tb",
    "\"",
    "\"a\"",
    "a\\nb",
    "\\u0041",
    "[",
    "{",
    "}",
    "${",
    "$",
    "$$",
    " a",
    "a ",
    "@a@",
    "--- a",
    "...",
    "%YAML",
];

fn values() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        3 => prop::sample::select(PITFALLS.to_vec()).prop_map(str::to_owned),
        2 => "[ -~\\n\\té\u{a0}日🦀]{0,20}",
        2 => "[%{}<>$#\\\\'\"@&*!|:, \\n-]{0,12}",
    ];
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        2 => any::<i64>().prop_map(Value::from),
        2 => any::<f64>().prop_filter("JSON has no such number", |n| n.is_finite() && *n != 0.0).prop_map(Value::from),
        8 => text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text.clone(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The same values in every run.
fn sample() -> Vec<Value> {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), random);
    let strategy = values();
    let fixed = PITFALLS.iter().map(|text| Value::from(*text));
    let drawn = std::iter::repeat_with(|| strategy.new_tree(&mut runner).unwrap().current());
    fixed.chain(drawn).take(COUNT).collect()
}

#[test]
fn puppet_gives_every_value_back() {
    if !has_tool("puppet") {
        return;
    }
    let values = sample();
    let env = Env::new();
    let (mut literals, mut lookups, mut data, mut template) = (
        String::new(),
        String::new(),
        "---\n".to_owned(),
        String::new(),
    );
    for (index, value) in values.iter().enumerate() {
        literals.push_str(&format!("    $v{index} = {},\n", puppet_value(value)));
        lookups.push_str(&format!("    $v{index},\n"));
        data.push_str(&yaml_entry(
            &format!("looked_up::v{index}"),
            &hiera_value(value, true),
            0,
        ));
        template.push_str(&format!("v{index}: <%= @v{index}.to_json %>\n"));
    }
    env.write("config.yaml.erb", &template);
    env.write("data/common.yaml", &data);
    env.write("hiera.yaml", "version: 5\nhierarchy:\n  - {name: all, path: common.yaml, datadir: data, data_hash: yaml_data}\n");
    let work = env.work();
    let work = work.to_str().unwrap();
    let class = |name: &str, parameters: &str| {
        format!(
            "class {name}(\n{parameters}) {{\n    file {{ '{work}/{name}.yaml':\n        content => template('{work}/config.yaml.erb'),\n    }}\n}}\n"
        )
    };
    let code = format!(
        "{}{}include literal\ninclude looked_up\n",
        class("literal", &literals),
        class("looked_up", &lookups)
    );
    env.write("site.pp", &code);
    // Puppet makes no folder for its state where temporary files are below /dev.
    std::fs::create_dir_all(env.work().join("vardir/state")).unwrap();
    let mut command = std::process::Command::new("puppet");
    env.enclose(&mut command);
    let folder = |name: &str| format!("--{name}={work}/{name}");
    command.args(["apply", "--color=false", "site.pp"]);
    command.args([
        folder("confdir"),
        folder("vardir"),
        format!("--hiera_config={work}/hiera.yaml"),
    ]);
    let run = env.run(command.env("LANG", "C.UTF-8"));
    assert_eq!(run.code, 0, "{}", run.show());
    for name in ["literal", "looked_up"] {
        let text = env.read(&format!("{name}.yaml"));
        let found: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
        for (index, value) in values.iter().enumerate() {
            assert_eq!(
                &found[format!("v{index}")],
                value,
                "{name} {index}: {}",
                puppet_value(value)
            );
        }
    }
}

#[test]
fn a_value_that_cannot_be_seen_is_refused() {
    let parse = |value: &str| {
        let model = format!(
            "version: 1\nname: a\ndescription: b\nport: 6000\nowner: {{name: c}}\n\
             config: {{parameters: [{{name: d, default: \"{value}\"}}]}}\n"
        );
        let sites = svcgen::model::Sites::new(None);
        svcgen::model::Service::parse("svcgen.yaml".into(), &model, &sites, None)
    };
    assert!(parse("a\\u00a0b\\n\\tc").is_ok());
    for hidden in ["\\u2028", "\\u202e", "\\ufeff", "\\u0007", "\\u200b"] {
        assert!(parse(&format!("a{hidden}b")).is_err(), "{hidden}");
    }
}
