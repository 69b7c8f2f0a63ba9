//! Tasks, and what belongs to them: the methods `maniphest.*`, `project.search`, `edge.search` and `file.*`.

use base64::Engine as _;
use serde_json::{Value, json};

use super::{Conduit, ConduitError};
use crate::model::TaskId;

/// How many tasks a call answers with: the most that Conduit gives.
const PAGE: u32 = 100;

/// How many pages are looked through for a task that was filed before.
const PAGES: u32 = 5;

/// A task as the server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    /// Its name inside of the server.
    pub phid: String,
    pub title: String,
    /// Remarkup, with the line endings of a browser where a browser sent it.
    pub description: String,
    /// What its state is called there, as `Resolved`, where it is closed.
    pub closed: Option<String>,
}

/// Which tasks are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// The one with this number.
    Number(&'a TaskId),
    /// The newest of a project, by its slug.
    InProject(&'a str),
    /// The newest of the user whose token it is.
    Mine,
}

/// A picture that was uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawing(pub u64);

impl Conduit {
    /// Looks for tasks, the newest first.
    ///
    /// # Errors
    /// Where the server cannot be reached, or refuses.
    pub async fn tasks(&self, wanted: &Wanted<'_>) -> Result<Vec<Task>, ConduitError> {
        let constraints = match wanted {
            Wanted::Number(id) => json!({"ids": [number(id)]}),
            Wanted::InProject(slug) => json!({"projects": [slug]}),
            Wanted::Mine => json!({"authorPHIDs": [self.who_am_i().await?]}),
        };
        let mut found = Vec::new();
        let mut after = Value::Null;
        for _ in 0..PAGES {
            let parameters = json!({"constraints": constraints, "order": "newest", "limit": PAGE, "after": after});
            let mut answer = self.look("maniphest.search", &parameters).await?;
            let data = answer["data"].take();
            let tasks = data
                .as_array()
                .ok_or_else(|| incomplete("maniphest.search", "data"))?;
            for task in tasks {
                found.push(Task::parse(task)?);
            }
            after = answer["cursor"]["after"].take();
            if after.is_null() {
                break;
            }
        }
        Ok(found)
    }

    /// The name of the user whose token it is.
    ///
    /// # Errors
    /// Where the server cannot be reached, or refuses.
    pub async fn user(&self) -> Result<String, ConduitError> {
        let answer = self.look("user.whoami", &json!({})).await?;
        text(&answer, "/userName", "user.whoami", "userName")
    }

    async fn who_am_i(&self) -> Result<String, ConduitError> {
        let answer = self.look("user.whoami", &json!({})).await?;
        text(&answer, "/phid", "user.whoami", "phid")
    }

    /// The name inside of the server of a project with this slug; `None` where there is none, or it may not be seen.
    ///
    /// # Errors
    /// Where the server cannot be reached, or refuses.
    pub async fn project(&self, slug: &str) -> Result<Option<String>, ConduitError> {
        let parameters = json!({"constraints": {"slugs": [slug]}});
        let answer = self.look("project.search", &parameters).await?;
        let first = answer.pointer("/data/0");
        first
            .map(|project| text(project, "/phid", "project.search", "phid"))
            .transpose()
    }

    /// The names inside of the server of the tasks that a task is a part of.
    ///
    /// # Errors
    /// Where the server cannot be reached, or refuses.
    pub async fn parents(&self, task: &Task) -> Result<Vec<String>, ConduitError> {
        let parameters =
            json!({"sourcePHIDs": [task.phid], "types": ["task.parent"], "limit": PAGE});
        let answer = self.look("edge.search", &parameters).await?;
        let data = answer["data"].as_array();
        let data = data.ok_or_else(|| incomplete("edge.search", "data"))?;
        data.iter()
            .map(|edge| text(edge, "/destinationPHID", "edge.search", "destinationPHID"))
            .collect()
    }

    /// Makes a task, or changes one.
    ///
    /// # Errors
    /// [`ConduitError::Lost`] where it may have been done all the same.
    pub async fn edit_task(
        &self,
        task: Option<&TaskId>,
        transactions: &[Value],
    ) -> Result<TaskId, ConduitError> {
        let parameters = json!({"objectIdentifier": task, "transactions": transactions});
        let answer = self.change("maniphest.edit", &parameters).await?;
        let id = answer.pointer("/object/id").and_then(Value::as_u64);
        id.and_then(task_id)
            .ok_or_else(|| incomplete("maniphest.edit", "object.id"))
    }

    /// Uploads a picture.
    ///
    /// # Errors
    /// Where the server cannot be reached, or refuses. One that was lost on its way can be sent again.
    pub async fn upload(&self, name: &str, content: &[u8]) -> Result<Drawing, ConduitError> {
        let content = base64::engine::general_purpose::STANDARD.encode(content);
        let parameters = json!({"name": name, "data_base64": content});
        let answer = self.change("file.upload", &parameters).await?;
        let phid = text(&json!({"phid": answer}), "/phid", "file.upload", "phid")?;
        let parameters = json!({"constraints": {"phids": [phid]}});
        let answer = self.look("file.search", &parameters).await?;
        let id = answer.pointer("/data/0/id").and_then(Value::as_u64);
        id.map(Drawing)
            .ok_or_else(|| incomplete("file.search", "id"))
    }
}

impl Task {
    fn parse(value: &Value) -> Result<Self, ConduitError> {
        const METHOD: &str = "maniphest.search";
        let id = value["id"].as_u64().and_then(task_id);
        let status = &value["fields"]["status"];
        // What is closed has somebody who closed it, or a state of that kind.
        let is_closed = !value["fields"]["dateClosed"].is_null();
        let status = status["name"].as_str().unwrap_or("closed").to_owned();
        Ok(Self {
            id: id.ok_or_else(|| incomplete(METHOD, "id"))?,
            phid: text(value, "/phid", METHOD, "phid")?,
            title: text(value, "/fields/name", METHOD, "name")?,
            description: text(value, "/fields/description/raw", METHOD, "description")?,
            closed: is_closed.then_some(status),
        })
    }
}

fn task_id(number: u64) -> Option<TaskId> {
    TaskId::parse(&format!("T{number}")).ok()
}

fn number(id: &TaskId) -> &str {
    id.as_str().trim_start_matches('T')
}

fn text(
    value: &Value,
    pointer: &str,
    method: &str,
    field: &'static str,
) -> Result<String, ConduitError> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    let found = found.map(str::to_owned);
    found.ok_or_else(|| incomplete(method, field))
}

fn incomplete(method: &str, field: &'static str) -> ConduitError {
    ConduitError::Incomplete {
        method: method.to_owned(),
        field,
    }
}
