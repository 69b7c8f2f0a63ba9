//! Announces deploys where the organisation reads about them: through a bot on IRC, or a program.
//!
//! A deploy waits for none of this: each place has a task of its own, and what could not be said is told at the end.

mod channel;
mod message;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use self::channel::Channel;
pub use self::message::Storyteller;
use crate::event::Event;
use crate::model::Announce;

/// How long the end of a deploy waits for what is still to be said, at most.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// What announces one deploy.
#[derive(Debug)]
pub struct Announcer {
    storyteller: Storyteller,
    places: Vec<Running>,
}

/// A place with the task that speaks there.
#[derive(Debug)]
struct Running {
    name: String,
    messages: mpsc::UnboundedSender<String>,
    task: JoinHandle<Vec<Unsaid>>,
}

/// What could not be said, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsaid {
    pub place: String,
    pub message: String,
    pub reason: String,
}

impl Announcer {
    /// Begins; nothing is said yet. It has to be made where tasks can be.
    pub fn new(places: &[Announce]) -> Self {
        let places = places.iter().map(|place| {
            let place = Channel::new(place);
            let name = place.name();
            let (messages, receiver) = mpsc::unbounded_channel();
            let task = tokio::spawn(speak(place, receiver));
            Running {
                name,
                messages,
                task,
            }
        });
        Self {
            places: places.collect(),
            storyteller: Storyteller::default(),
        }
    }

    /// Says what others should know of an event.
    pub fn event(&mut self, event: &Event) {
        let Some(message) = self.storyteller.tell(event) else {
            return;
        };
        for place in &self.places {
            // Who has stopped listening says why at the end.
            let _queued = place.messages.send(message.clone());
        }
    }

    /// Waits until everything is said, and tells what was not.
    pub async fn finish(self) -> Vec<Unsaid> {
        let end = tokio::time::Instant::now() + PATIENCE;
        let mut unsaid = Vec::new();
        for place in self.places {
            drop(place.messages);
            let abort = place.task.abort_handle();
            match tokio::time::timeout_at(end, place.task).await {
                Ok(Ok(more)) => unsaid.extend(more),
                Ok(Err(_)) | Err(_) => {
                    abort.abort();
                    unsaid.push(Unsaid {
                        place: place.name,
                        message: String::new(),
                        reason: "it takes too long".to_owned(),
                    });
                }
            }
        }
        unsaid
    }
}

/// Says one message after the other.
async fn speak(place: Channel, mut messages: mpsc::UnboundedReceiver<String>) -> Vec<Unsaid> {
    let mut unsaid = Vec::new();
    while let Some(message) = messages.recv().await {
        if let Err(reason) = place.say(&message).await {
            unsaid.push(Unsaid {
                place: place.name(),
                message,
                reason,
            });
        }
    }
    unsaid
}
