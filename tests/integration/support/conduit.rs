//! A ticket system on loopback that answers as Phabricator's Conduit does: errors with status 200, pages of a hundred,
//! tokens quoted in the error that refuses them. Methods, fields and codes are those of its "Conduit API Overview" and of
//! `maniphest.edit`, `maniphest.search`, `project.search`, `edge.search`, `file.upload` and `file.search`.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

/// The only token that is valid.
pub(crate) const TOKEN: &str = "api-abcdefghijklmnopqrstuvwxyz12";

/// A running server; it ends with the test.
pub(crate) struct Conduit {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    called: Arc<Condvar>,
}

/// What it has, and what it was asked.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) tasks: Vec<Task>,
    pub(crate) files: Vec<(String, String)>,
    /// The methods that were called, in order.
    pub(crate) calls: Vec<String>,
    /// What goes wrong, by method: each fault once, in order.
    faults: Vec<(&'static str, Fault)>,
    /// Command lines of this machine that had the token in them.
    pub(crate) shown: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Task {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) projects: Vec<String>,
    pub(crate) parents: Vec<String>,
    pub(crate) is_closed: bool,
    /// Whether it was filed by somebody else.
    pub(crate) is_foreign: bool,
}

/// What goes wrong with a call.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// It is one of too many.
    Busy,
    /// The connection is cut before anything is done.
    CutBefore,
    /// The connection is cut once it is done.
    CutAfter,
    /// It is answered by whatever stands in front of the server.
    Status(u16),
    /// It is answered by Conduit, in these words.
    Words(&'static str),
    /// It is answered late.
    Slow(Duration),
}

impl Conduit {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let called = Arc::new(Condvar::new());
        let (shared, calls) = (Arc::clone(&state), Arc::clone(&called));
        // It ends with the process: it waits for nothing but connections.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, called) = (Arc::clone(&shared), Arc::clone(&calls));
                std::thread::spawn(move || serve(stream, &state, &called));
            }
        });
        Self { url, state, called }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lets the next call of a method go wrong; several in their order.
    pub(crate) fn spoil(&self, method: &'static str, fault: Fault) {
        self.state().faults.push((method, fault));
    }

    /// Waits until a method is called.
    pub(crate) fn wait_for(&self, method: &str) {
        let is_missing = |state: &mut State| !state.calls.iter().any(|call| call == method);
        let waited =
            self.called
                .wait_timeout_while(self.state(), Duration::from_secs(30), is_missing);
        assert!(!waited.unwrap().1.timed_out(), "`{method}` is not called");
    }

    /// The descriptions of all tasks.
    pub(crate) fn descriptions(&self) -> Vec<String> {
        let state = self.state();
        state
            .tasks
            .iter()
            .map(|task| task.description.clone())
            .collect()
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>, called: &Condvar) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some((path, body)) = request(&mut reader) {
        let method = path.trim_start_matches("/api/").to_owned();
        let fault = {
            let mut state = state.lock().unwrap();
            state.calls.push(method.clone());
            called.notify_all();
            let shown = with_token();
            state.shown.extend(shown);
            let next = state.faults.iter().position(|(of, _)| *of == method);
            next.map(|at| state.faults.remove(at).1)
        };
        match fault {
            Some(Fault::Busy) => {
                respond(
                    &stream,
                    429,
                    "text/plain",
                    "TOO MANY REQUESTS\nYou are issuing too many requests too quickly.\n",
                );
                continue;
            }
            Some(Fault::Status(302)) => {
                let mut stream = &stream;
                let _sent = stream.write_all(
                    b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
                );
                continue;
            }
            Some(Fault::Status(status)) => {
                respond(
                    &stream,
                    status,
                    "text/html",
                    "<h1>Our servers are not well</h1>",
                );
                continue;
            }
            Some(Fault::Words(words)) => {
                respond(&stream, 200, "application/json", words);
                continue;
            }
            Some(Fault::CutBefore) => return,
            Some(Fault::Slow(time)) => std::thread::sleep(time),
            Some(Fault::CutAfter) | None => {}
        }
        let answer = {
            let mut state = state.lock().unwrap();
            answer(&mut state, &method, &fields(&body))
        };
        if matches!(fault, Some(Fault::CutAfter)) {
            return;
        }
        let text = match answer {
            Ok(result) => json!({"result": result, "error_code": null, "error_info": null}),
            Err((code, info)) => json!({"result": null, "error_code": code, "error_info": info}),
        };
        respond(&stream, 200, "application/json", &text.to_string());
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim_end().to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(text) = header.strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, String::from_utf8(body).unwrap()))
}

fn respond(mut stream: &TcpStream, status: u16, kind: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} Status\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    // Whoever asked may have gone.
    let _sent = stream.write_all(format!("{head}{body}").as_bytes());
}

/// The fields of a form, by the paths that PHP would give them.
fn fields(body: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

type Refusal = (&'static str, String);

fn answer(
    state: &mut State,
    method: &str,
    fields: &BTreeMap<String, String>,
) -> Result<Value, Refusal> {
    let token = fields.get("api.token").map_or("", String::as_str);
    if token != TOKEN {
        let info = format!("API token \"{token}\" is not valid.");
        return Err(("ERR-INVALID-AUTH", info));
    }
    match method {
        "user.whoami" => Ok(json!({"phid": "PHID-USER-ada", "userName": "ada"})),
        "project.search" => {
            let slug = &fields["constraints[slugs][0]"];
            let known: Vec<Value> = match slug.as_str() {
                "new-services" | "shell-access" => vec![json!({"id": 1, "phid": project(slug)})],
                _ => Vec::new(),
            };
            Ok(json!({"data": known, "cursor": {"after": null}}))
        }
        "maniphest.search" => Ok(search(state, fields)),
        "maniphest.edit" => edit(state, fields),
        "edge.search" => {
            let of = number(&fields["sourcePHIDs[0]"]);
            let parents = &state.tasks[of - 1].parents;
            let data = parents
                .iter()
                .map(|parent| json!({"edgeType": fields["types[0]"], "destinationPHID": parent}));
            Ok(json!({"data": data.collect::<Vec<_>>(), "cursor": {"after": null}}))
        }
        "file.upload" => {
            let content = fields["data_base64"].clone();
            state.files.push((fields["name"].clone(), content));
            Ok(json!(format!("PHID-FILE-{}", state.files.len())))
        }
        "file.search" => {
            let of = number(&fields["constraints[phids][0]"]);
            Ok(
                json!({"data": [{"id": of, "phid": format!("PHID-FILE-{of}")}], "cursor": {"after": null}}),
            )
        }
        other => Err((
            "ERR-CONDUIT-CALL",
            format!("API Method \"{other}\" does not exist."),
        )),
    }
}

fn search(state: &State, fields: &BTreeMap<String, String>) -> Value {
    let after: usize = fields
        .get("after")
        .map_or(usize::MAX, |after| after.parse().unwrap());
    let limit: usize = fields["limit"].parse().unwrap();
    assert_eq!(fields["order"], "newest");
    let is_wanted = |number: usize, task: &Task| {
        number < after
            && fields
                .get("constraints[ids][0]")
                .is_none_or(|id| *id == number.to_string())
            && fields
                .get("constraints[projects][0]")
                .is_none_or(|slug| task.projects.contains(&project(slug)))
            && fields
                .get("constraints[authorPHIDs][0]")
                .is_none_or(|_| !task.is_foreign)
    };
    let numbered = state
        .tasks
        .iter()
        .enumerate()
        .map(|(index, task)| (index + 1, task));
    let mut found: Vec<(usize, &Task)> = numbered
        .filter(|(number, task)| is_wanted(*number, task))
        .collect();
    found.reverse();
    let has_more = found.len() > limit;
    found.truncate(limit);
    let last = found
        .last()
        .filter(|_| has_more)
        .map(|(number, _)| number.to_string());
    let data = found.into_iter().map(|(number, task)| {
        json!({"id": number, "type": "TASK", "phid": format!("PHID-TASK-{number}"), "fields": {
            "name": task.title,
            // As a browser would have sent it.
            "description": {"raw": task.description.replace('\n', "\r\n")},
            "status": {"value": "x", "name": if task.is_closed { "Resolved" } else { "Open" }},
            "dateClosed": task.is_closed.then_some(1_700_000_000),
        }})
    });
    json!({"data": data.collect::<Vec<_>>(), "cursor": {"limit": limit, "after": last}})
}

fn edit(state: &mut State, fields: &BTreeMap<String, String>) -> Result<Value, Refusal> {
    let existing = fields.get("objectIdentifier");
    let at = existing.map(|id| id.trim_start_matches('T').parse::<usize>().unwrap() - 1);
    let mut task = at.map_or_else(Task::default, |at| state.tasks[at].clone());
    for index in 0.. {
        let Some(kind) = fields.get(&format!("transactions[{index}][type]")) else {
            break;
        };
        let value = |suffix: &str| fields[&format!("transactions[{index}][value]{suffix}")].clone();
        match kind.as_str() {
            "title" => task.title = value(""),
            "description" => task.description = value(""),
            "projects.add" => task.projects.push(value("[0]")),
            "parent" if at.is_none() => task.parents.push(value("")),
            "parents.add" => task.parents.push(value("[0]")),
            other => {
                let info =
                    format!("Transaction with key \"{index}\" has invalid type \"{other}\".");
                return Err(("ERR-CONDUIT-CORE", info));
            }
        }
    }
    if task.title.is_empty() {
        return Err((
            "ERR-CONDUIT-CORE",
            "Validation errors:\n  - Tasks must have a title.".into(),
        ));
    }
    let number = match at {
        Some(at) => {
            state.tasks[at] = task;
            at + 1
        }
        None => {
            state.tasks.push(task);
            state.tasks.len()
        }
    };
    Ok(json!({"object": {"id": number, "phid": format!("PHID-TASK-{number}")}, "transactions": []}))
}

fn project(slug: &str) -> String {
    format!("PHID-PROJ-{slug}")
}

fn number(phid: &str) -> usize {
    phid.rsplit('-').next().unwrap().parse().unwrap()
}

/// The command lines of this machine that show the token.
fn with_token() -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).into_owned());
    lines.filter(|line| line.contains(TOKEN)).collect()
}
