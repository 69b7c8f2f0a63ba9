use super::super::answers::REQUIRED;
use super::super::shape::Shape;
use super::*;
use crate::model::model_schema;

fn own(files: &[(&str, &str)]) -> Result<Vec<Section>, LoadError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs_err::write(folder.path().join(name), text).unwrap();
    }
    let folder = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    load_sections(&[folder])
}

fn ids(sections: &[Section]) -> Vec<&str> {
    let questions = sections.iter().flat_map(|section| &section.questions);
    questions.map(|question| question.id.as_str()).collect()
}

#[test]
fn every_place_of_the_model_has_a_question() {
    let sections = load_sections(&[]).unwrap();
    let ids = ids(&sections);
    for (path, _) in REQUIRED {
        assert!(ids.contains(&path), "{path}");
    }
    let schema = model_schema();
    let asked = |path: &str| {
        ids.iter().any(|id| {
            *id == path
                || id.starts_with(&format!("{path}."))
                || path.starts_with(&format!("{id}."))
        })
    };
    for section in schema["properties"].as_object().unwrap().keys() {
        // Annotations are the organisation's own.
        let is_asked = matches!(section.as_str(), "version" | "annotations") || asked(section);
        assert!(is_asked, "{section}");
    }
    for (section, definition) in [
        ("owner", "Owner"),
        ("repositories", "Repositories"),
        ("config", "ServiceConfig"),
        ("runtime", "Runtime"),
        ("runtime.healthcheck", "Healthcheck"),
        ("build", "Build"),
        ("deploy", "Deploy"),
        ("vagrant", "Vagrant"),
        ("tickets", "Tickets"),
        ("timeline", "Timeline"),
    ] {
        for field in schema["$defs"][definition]["properties"]
            .as_object()
            .unwrap()
            .keys()
        {
            assert!(asked(&format!("{section}.{field}")), "{section}.{field}");
        }
    }
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "no question is asked twice");
}

#[test]
fn every_field_of_an_item_has_a_question_and_every_condition_a_path() {
    let sections = load_sections(&[]).unwrap();
    let ids = ids(&sections);
    let schema = model_schema();
    for question in sections.iter().flat_map(|section| &section.questions) {
        assert!(
            question.when.paths().all(|path| ids.contains(&path)),
            "{}",
            question.id
        );
        let shape = question
            .id
            .split('.')
            .fold(Shape::root(&schema), Shape::child);
        let item = if question.keyed {
            shape.child("x")
        } else {
            shape.item()
        };
        for field in &question.fields {
            let mut paths = field.when.paths();
            assert!(
                paths.all(|path| question.fields.iter().any(|f| f.id == path)),
                "{}",
                field.id
            );
        }
        for key in ["name", "from", "to", "command", "domain"] {
            let asked = question.fields.iter().any(|field| field.id == key);
            assert!(
                asked || question.fields.is_empty() || !item.requires(key),
                "{} {key}",
                question.id
            );
        }
    }
    for section in &sections {
        for question in section
            .questions
            .iter()
            .chain(section.questions.iter().flat_map(|q| &q.fields))
        {
            assert!(question.text.len() <= 60, "{}: does not fit", question.id);
            assert!(!question.text.ends_with(['.', ':', '?']), "{}", question.id);
        }
    }
}

#[test]
fn an_organisation_adds_and_changes_questions() {
    let sections = own(&[
        ("service.yaml", "questions:\n  - {id: port, default: 7000}\n  - {id: runtime.extra.heap_limit, text: Heap, type: number}\n"),
        ("team.yaml", "version: 1\ntitle: The team\nquestions:\n  - {id: config.environment.TEAM, text: Team}\n"),
    ])
    .unwrap();
    let port = sections[0]
        .questions
        .iter()
        .find(|q| q.id == "port")
        .unwrap();
    assert_eq!(port.default, Some(7000.into()));
    assert!(
        !port.text.is_empty() && !port.help.is_empty(),
        "the rest stays"
    );
    assert!(ids(&sections[..1]).contains(&"runtime.extra.heap_limit"));
    assert_eq!(sections.last().unwrap().name, "team");
}

#[test]
fn a_question_moves_to_the_section_that_asks_it_again() {
    let sections = own(&[(
        "farm.yaml",
        "version: 1\ntitle: The farm\nquestions:\n  - {id: runtime.log_level, rare: false}\n",
    )])
    .unwrap();
    let of = |name: &str| {
        let mut all = sections.iter().filter(|section| section.name == name);
        all.next().unwrap()
    };
    let question = &of("farm").questions[0];
    assert_eq!((question.choices.len(), question.rare), (6, false));
    assert!(
        !of("config")
            .questions
            .iter()
            .any(|q| q.id == "runtime.log_level")
    );
}

#[test]
fn a_later_folder_wins() {
    let folder = tempfile::tempdir().unwrap();
    let folders = ["farm", "user"].map(|name| {
        let path = folder.path().join(name);
        fs_err::create_dir(&path).unwrap();
        let text = format!(
            "version: 1\ntitle: Of the {name}\nquestions: [{{id: annotations.team, text: Team, default: {name}}}]\n"
        );
        fs_err::write(path.join("farm.yaml"), text).unwrap();
        Utf8PathBuf::from_path_buf(path).unwrap()
    });
    let sections = load_sections(&folders).unwrap();
    let own = sections
        .iter()
        .find(|section| section.name == "farm")
        .unwrap();
    assert_eq!(own.title, "Of the user");
    assert_eq!(own.questions[0].default, Some("user".into()));
    assert_eq!(own.questions.len(), 1);
}

/// What is wrong in a file, each with the text that it is about, and the rule.
fn wrong(text: &str) -> Vec<String> {
    match own(&[("own.yaml", text)]) {
        Err(LoadError::Wrong { text, problems, .. }) => problems
            .into_iter()
            .map(|problem| {
                let rule = problem.rule.map(|rule| format!(" ({rule})"));
                let rule = rule.unwrap_or_default();
                format!("{}: {}{rule}", &text[problem.span], problem.message)
            })
            .collect(),
        Err(error) => panic!("{error}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn questions_that_cannot_be_answered_are_refused() {
    let question = |text: &str| wrong(&format!("version: 1\ntitle: T\nquestions: [{text}]\n"));
    let all = [
        "{id: prot, text: P}",
        "{id: cost_center, text: P}",
        "{id: deploy..user, text: P}",
        "{id: deploy.groups, type: items, fields: [{id: hots, text: H}, {id: size, text: S, when: {nme: x}}]}",
        "{id: port, kidn: port}",
        "{id: port, type: prot}",
        "{id: port, type: line}",
        "{id: annotations.team, text: T, type: choice}",
        "{id: annotations.team, text: T, when: {sit: wikimedia, port: 1}}",
        "{id: annotations.team, text: T, default: '{nme}-{name'}",
        "{id: annotations.Team, text: T, default: x}",
        "{id: port, default: 80}",
        "{id: port, from: [package.json x, person port]}",
        "{id: annotations.x}",
        "{text: X}",
        "X",
        "{id: annotations.x, text: X}, {id: annotations.x, text: Y}",
        "{id: maintainers, default: x}",
    ];
    let found: Vec<String> = all.iter().flat_map(|text| question(text)).collect();
    insta::assert_snapshot!(found.join("\n"), @"
    prot: `prot` is not a path of the model (did you mean `port`?)
    cost_center: `cost_center` is not a path of the model (what the model has no place for goes to `annotations.NAME`)
    deploy..user: `deploy..user` is not a path of the model (did you mean `deploy.user`?)
    hots: `hots` is not a field of `deploy.groups`
    size: `size` cannot hold an answer of type `line` (it holds: integer)
    nme: `nme` is not asked of `deploy.groups`
    kidn: unknown key `kidn` (did you mean `id`?)
    prot: `prot` is not known here (did you mean `port`?)
    line: `port` cannot hold an answer of type `line` (it holds: integer)
    choice: a choice needs `choices`
    sit: `sit` is not a path of the model (did you mean `site`?)
    '{nme}-{name': `nme` is not a path of the model (did you mean `name`?)
    '{nme}-{name': a `{` without its `}`
    x: `Team` is not the name of an annotation (lower-case letters, digits and underscores, beginning with a letter, at most 63 characters)
    80: `80` is not a port (from 1024 to 65535)
    person port: `person port` is not a place where answers are found (`package.json PATH`, `config port`, `person name`, `person email` or `checkouts port`)
    : `text` is required
    {text: X}: a question needs an `id` (a path of the model, such as `id: port`)
    X: expected a mapping, found text (such as `{id: port, text: TCP port}`)
    {id: annotations.x, text: Y}: `annotations.x` is asked already (own.yaml:3 asks it)
    x: items have no default
    ");
    let files = [
        "version: 2\ntitle: T\n",
        "titel: T\n",
        "- a\n",
        "a: [\n",
        "version: 1\ntitle: T\nquestions: {a: b}\n",
    ];
    let found: Vec<String> = files.iter().flat_map(|text| wrong(text)).collect();
    insta::assert_snapshot!(found.join("\n"), @"
    2: this version of the questions is not known (this svcgen reads version 1; a newer one may be needed)
    : `version` is required (write `version: 1` at the top)
    : `title` is required
    titel: unknown key `titel` (did you mean `title`?)
    - a
    : expected a mapping, found a list
    : the bracket `[` is not closed
    {a: b}: expected a list, found a mapping
    ");
}
