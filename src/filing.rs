//! Files a request in the ticket system, once: what is there already is found by its mark, and updated.
//!
//! What will be sent is known before anything is ([`Filing`]). An answer that is lost is not taken for a failure: the task
//! is looked for, and nothing is sent a second time.

mod mark;

use std::time::Duration;

use serde_json::{Value, json};
use thiserror::Error;

use self::mark::{Digest, marked};
pub use self::mark::{Mark, Subject};
use crate::conduit::{Conduit, ConduitError, Drawing, Task, Wanted};
use crate::generate::GenerateError;
use crate::generate::tickets::Ticket;
use crate::model::{Line, TaskId};

/// How often a task is looked for whose making was not answered.
const LOOKS: u32 = 3;

/// The pause before each of these looks.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// What is to be filed.
pub struct Wish<'a> {
    pub subject: Subject,
    /// The task that the model names.
    pub known: Option<&'a TaskId>,
    /// The task that it is to be a part of.
    pub parent: Option<&'a TaskId>,
    pub project: Option<&'a Line>,
    /// The picture that belongs to it, as SVG.
    pub picture: Option<Picture>,
    /// Writes the text, with what stands for the picture in it.
    pub compose: &'a dyn Fn(Option<&str>) -> Result<Ticket, GenerateError>,
    /// What becomes of what other people wrote.
    pub edited: Edited,
}

/// What becomes of a text that somebody else has edited, and of a task that is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// It stays, and the command ends.
    Refused,
    /// It is written over.
    Overwritten,
}

/// A picture to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub name: String,
    pub content: String,
}

/// What filing a request means, before anything is sent.
#[derive(Debug)]
pub struct Filing {
    /// The task that is there already.
    pub task: Option<Task>,
    pub title: String,
    /// With what stands for the picture where that is not uploaded yet.
    pub description: String,
    pub change: Change,
    /// The parent, as the server knows it, where the task is not a part of it yet.
    parent: Option<String>,
    /// The project, as the server knows it, for a task that is new.
    project: Option<String>,
    /// The number of the picture, where it is uploaded already.
    drawing: Option<Drawing>,
}

/// What has to be done to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Create,
    Update {
        title: bool,
        description: bool,
        parent: bool,
    },
    Nothing,
}

/// Why nothing was filed, or why that is not known.
#[derive(Debug, Error)]
pub enum FilingError {
    #[error(transparent)]
    Conduit(#[from] ConduitError),
    #[error(transparent)]
    Generate(#[from] GenerateError),
    #[error("the ticket system has no project `{slug}`, or this token may not see it")]
    NoProject { slug: Line },
    #[error("the ticket system has no task {task}, or this token may not see it")]
    NoTask { task: TaskId },
    #[error("someone has edited {}, or it was not filed by svcgen", task.id)]
    Edited {
        task: Box<Task>,
        description: String,
    },
    #[error("{} is closed already: {state}", task.id)]
    Closed { task: Box<Task>, state: String },
    /// It may have been done, or not; without a task, it was to be created.
    #[error("it is not known whether {}: {reason}", task.as_ref().map_or("the task was created".to_owned(), |task| format!("{task} was updated")))]
    Unsure {
        task: Option<TaskId>,
        reason: String,
    },
}

/// How a request was filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    pub task: TaskId,
    /// Whether the answer was lost, and the task found afterwards.
    pub was_lost: bool,
}

impl Filing {
    /// Finds out what there is to do.
    ///
    /// # Errors
    /// Where the server refuses, what it is asked about is not there, or the task is not svcgen's to change.
    pub async fn plan(conduit: &Conduit, wish: &Wish<'_>) -> Result<Self, FilingError> {
        let task = current(conduit, wish).await?;
        let mark = task
            .as_ref()
            .and_then(|task| Mark::find(&task.description, &wish.subject));
        let drawing = wish.picture.as_ref().and_then(|picture| {
            let (drawing, shows) = mark.as_ref()?.drawing.as_ref()?;
            (*shows == Digest::of(&picture.content)).then_some(*drawing)
        });
        let place = wish.picture.as_ref().map(|picture| place(picture, drawing));
        let ticket = (wish.compose)(place.as_deref())?;
        let description = describe(&ticket, wish, drawing);
        let parent = match wish.parent {
            Some(parent) => Some(one(conduit, parent).await?.phid),
            None => None,
        };
        let (change, parent) = match &task {
            None => (Change::Create, parent),
            Some(task) => {
                let missing = match parent {
                    Some(parent) if !conduit.parents(task).await?.contains(&parent) => Some(parent),
                    _ => None,
                };
                let change = judge(task, mark.as_ref(), &ticket, &description, wish)?;
                (change.and_parent(missing.is_some()), missing)
            }
        };
        let project = match (wish.project, change) {
            (Some(slug), Change::Create) => {
                let found = conduit.project(slug.as_str()).await?;
                Some(found.ok_or_else(|| FilingError::NoProject { slug: slug.clone() })?)
            }
            _ => None,
        };
        Ok(Self {
            task,
            title: ticket.title,
            description,
            change,
            parent,
            project,
            drawing,
        })
    }

    /// Sends it.
    ///
    /// # Errors
    /// [`FilingError::Unsure`] where it is not known whether a task was made.
    pub async fn send(&self, conduit: &Conduit, wish: &Wish<'_>) -> Result<Filed, FilingError> {
        let (ticket, description) = match (&wish.picture, self.drawing) {
            (Some(picture), None) if self.change != Change::Nothing => {
                let content = picture.content.as_bytes();
                let drawing = Some(conduit.upload(&picture.name, content).await?);
                let ticket = (wish.compose)(Some(&place(picture, drawing)))?;
                let description = describe(&ticket, wish, drawing);
                (ticket.title, description)
            }
            _ => (self.title.clone(), self.description.clone()),
        };
        let transactions = self.transactions(&ticket, &description);
        let task = self.task.as_ref().map(|task| &task.id);
        match conduit.edit_task(task, &transactions).await {
            Ok(task) => Ok(Filed {
                task,
                was_lost: false,
            }),
            // It was done where only its number is missing.
            Err(error @ (ConduitError::Lost { .. } | ConduitError::Incomplete { .. })) => {
                let found = find_again(conduit, wish, &description).await;
                let found = found.map(|task| Filed {
                    task,
                    was_lost: true,
                });
                found.ok_or_else(|| FilingError::Unsure {
                    task: task.cloned(),
                    reason: match error {
                        ConduitError::Lost { reason, .. } => reason,
                        error => error.to_string(),
                    },
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What `maniphest.edit` is asked to do.
    fn transactions(&self, title: &str, description: &str) -> Vec<Value> {
        let all = self.change == Change::Create;
        let (has_title, has_description) = match self.change {
            Change::Create => (true, true),
            Change::Update {
                title, description, ..
            } => (title, description),
            Change::Nothing => (false, false),
        };
        let mut transactions = Vec::new();
        let mut add = |kind: &str, value: Value| {
            transactions.push(json!({"type": kind, "value": value}));
        };
        if has_title {
            add("title", json!(title));
        }
        if has_description {
            add("description", json!(description));
        }
        if let Some(project) = &self.project {
            add("projects.add", json!([project]));
        }
        match &self.parent {
            Some(parent) if all => add("parent", json!(parent)),
            Some(parent) => add("parents.add", json!([parent])),
            None => {}
        }
        transactions
    }
}

impl Change {
    /// The same, with what is to be done about the parent.
    fn and_parent(self, is_missing: bool) -> Self {
        match self {
            Self::Create => Self::Create,
            Self::Update {
                title, description, ..
            } => Self::Update {
                title,
                description,
                parent: is_missing,
            },
            Self::Nothing if is_missing => Self::Update {
                title: false,
                description: false,
                parent: true,
            },
            Self::Nothing => Self::Nothing,
        }
    }
}

/// The task that is there already: the one that the model names, or one with the mark.
async fn current(conduit: &Conduit, wish: &Wish<'_>) -> Result<Option<Task>, FilingError> {
    if let Some(known) = wish.known {
        return Ok(Some(one(conduit, known).await?));
    }
    let mut found = Vec::new();
    let places = wish.project.map(|slug| Wanted::InProject(slug.as_str()));
    for wanted in places.into_iter().chain([Wanted::Mine]) {
        let tasks = match conduit.tasks(&wanted).await {
            Ok(tasks) => tasks,
            // A project that is not there is told when it is needed.
            Err(ConduitError::Refused { .. }) if matches!(wanted, Wanted::InProject(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        found.extend(
            tasks
                .into_iter()
                .filter(|task| is_marked(task, &wish.subject)),
        );
    }
    // The first that was filed, where somebody filed several; one that is open goes before others.
    found.sort_by_key(|task| {
        (
            task.closed.is_some(),
            task.id.as_str().len(),
            task.id.to_string(),
        )
    });
    let first = found.into_iter().next();
    Ok(match wish.edited {
        // Another one was asked for.
        Edited::Overwritten => first.filter(|task| task.closed.is_none()),
        Edited::Refused => first,
    })
}

fn is_marked(task: &Task, subject: &Subject) -> bool {
    Mark::find(&task.description, subject).is_some()
}

async fn one(conduit: &Conduit, id: &TaskId) -> Result<Task, FilingError> {
    let found = conduit.tasks(&Wanted::Number(id)).await?;
    let found = found.into_iter().find(|task| task.id == *id);
    found.ok_or_else(|| FilingError::NoTask { task: id.clone() })
}

/// What has to be done to a task that is there.
fn judge(
    task: &Task,
    mark: Option<&Mark>,
    ticket: &Ticket,
    description: &str,
    wish: &Wish<'_>,
) -> Result<Change, FilingError> {
    let has_description = !mark::is_same(&task.description, description);
    // A title that people have changed is theirs.
    let has_title =
        task.title != ticket.title && mark.is_none_or(|mark| mark.title == Digest::of(&task.title));
    if !has_description && !has_title {
        return Ok(Change::Nothing);
    }
    if wish.edited == Edited::Refused {
        if let Some(state) = task.closed.clone() {
            return Err(FilingError::Closed {
                task: Box::new(task.clone()),
                state,
            });
        }
        if !mark.is_some_and(|mark| mark.is_untouched(&task.description, &wish.subject)) {
            return Err(FilingError::Edited {
                task: Box::new(task.clone()),
                description: description.to_owned(),
            });
        }
    }
    Ok(Change::Update {
        title: has_title,
        description: has_description,
        parent: false,
    })
}

/// What stands for a picture in the text.
fn place(picture: &Picture, drawing: Option<Drawing>) -> String {
    match drawing {
        Some(Drawing(number)) => format!("{{F{number}, size=full}}"),
        None => format!("{{F…, size=full}} // {} //", picture.name),
    }
}

/// The text of a task, with its mark.
fn describe(ticket: &Ticket, wish: &Wish<'_>, drawing: Option<Drawing>) -> String {
    let picture = wish.picture.as_ref().zip(drawing);
    let drawing = picture.map(|(picture, drawing)| (drawing, picture.content.as_str()));
    marked(&ticket.title, &ticket.body, &wish.subject, drawing)
}

/// Looks for the task whose making or change was not answered.
async fn find_again(conduit: &Conduit, wish: &Wish<'_>, description: &str) -> Option<TaskId> {
    for _ in 0..LOOKS {
        tokio::time::sleep(BETWEEN_LOOKS).await;
        // Whoever cannot be asked now may be there at the next look.
        let Ok(Some(task)) = current(conduit, wish).await else {
            continue;
        };
        if mark::is_same(&task.description, description) {
            return Some(task.id);
        }
    }
    None
}
