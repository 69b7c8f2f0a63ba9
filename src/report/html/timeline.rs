//! When each host did what: a line of bars for each, all on one scale.

mod scale;

use indexmap::IndexMap;
use serde::Serialize;

use self::scale::{Scale, Tick};
use super::Chronicle;
use super::checks::state;
use super::chronicle::{HostStory, Step};
use super::outcome::Mark;
use super::standing::of_host;
use super::text::{bounded, clock, count, duration};
use crate::model::HostName;

/// All hosts in time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Timeline {
    ticks: Vec<Tick>,
    /// The width between two ticks, in percent.
    grid: String,
    pub(super) groups: Vec<GroupLines>,
    marks: Vec<Moment>,
}

/// A group in time: those that need to be seen, and the others, behind a click where they are many.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct GroupLines {
    name: String,
    words: String,
    pub(super) first: Vec<HostLine>,
    pub(super) rest: Vec<HostLine>,
}

/// A host in time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct HostLine {
    name: String,
    mark: Mark,
    words: String,
    /// The bars in words.
    label: String,
    bars: Vec<Bar>,
}

/// A step in time; in percent of the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Bar {
    x: String,
    width: String,
    end: String,
    /// The stage, or `check`.
    kind: &'static str,
    /// Whether it is part of the way back.
    back: bool,
    mark: Mark,
    title: String,
}

/// Something that happened to all hosts at once.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Moment {
    x: String,
    words: String,
    /// Whether its words stand to the left of it.
    left: bool,
}

/// A group of more hosts than this shows those that failed, and the others on demand.
const MANY: usize = 30;

impl Timeline {
    /// That of a deploy.
    pub(super) fn of(chronicle: &Chronicle) -> Self {
        let begin = chronicle.begun.as_ref().map_or(chronicle.last, |b| b.at);
        let scale = Scale::new(begin, chronicle.last);
        let mut groups: IndexMap<&str, Vec<(&HostName, &HostStory)>> = IndexMap::new();
        for (name, host) in &chronicle.hosts {
            let group = host.group.as_ref().map_or("hosts", |group| group.as_str());
            groups.entry(group).or_default().push((name, host));
        }
        let groups = groups.into_iter();
        let moments = [
            (chronicle.interrupted, "interrupted"),
            (chronicle.rollback, "rollback began"),
        ];
        let marks = moments.into_iter().filter_map(|(at, words)| {
            let at = at?;
            Some(Moment {
                x: scale.percent(at),
                words: format!("{words} {}", clock(at)),
                left: scale.place(at) > 50.0,
            })
        });
        Self {
            ticks: scale.ticks(),
            grid: scale.grid(),
            groups: groups
                .map(|(name, hosts)| GroupLines::of(name, &hosts, &scale))
                .collect(),
            marks: marks.collect(),
        }
    }
}

impl GroupLines {
    fn of(name: &str, hosts: &[(&HostName, &HostStory)], scale: &Scale) -> Self {
        let of = |wanted: bool| {
            let some = hosts.iter().filter(move |(_, h)| h.has_failed() == wanted);
            some.map(|(name, host)| HostLine::of(name, host, scale))
        };
        let is_large = hosts.len() > MANY;
        let failed = hosts.iter().filter(|(_, host)| host.has_failed()).count();
        let mut words = count(hosts.len(), "host", "hosts");
        if failed > 0 {
            words.push_str(&format!(", {failed} failed"));
        }
        let (first, rest) = match is_large {
            true => (of(true).collect(), of(false).collect()),
            false => {
                let all = hosts.iter();
                let all = all.map(|(name, host)| HostLine::of(name, host, scale));
                (all.collect(), Vec::new())
            }
        };
        Self {
            name: name.to_owned(),
            words,
            first,
            rest,
        }
    }
}

impl HostLine {
    fn of(name: &HostName, host: &HostStory, scale: &Scale) -> Self {
        let (mark, words, live) = of_host(host);
        let words = match (live, mark) {
            (Some(live), Mark::Good) => format!("{} {words}", live.short()),
            (Some(live), Mark::Back) => format!("{words} to {}", live.short()),
            _ => words.to_owned(),
        };
        let bars: Vec<Bar> = host
            .steps
            .iter()
            .map(|step| Bar::of(step, host.is_way_back(step), scale))
            .collect();
        let told = bars.iter().map(|bar| bar.title.as_str());
        let label = match bars.is_empty() {
            true => "no step was begun".to_owned(),
            false => told.collect::<Vec<_>>().join("; "),
        };
        Self {
            name: name.to_string(),
            mark,
            words,
            label,
            bars,
        }
    }
}

impl Bar {
    fn of(step: &Step, back: bool, scale: &Scale) -> Self {
        let end = step.end.as_ref().map_or(scale.end, |end| end.at);
        let (x, width) = scale.span(step.begun, end);
        let (mark, word) = state(step);
        let name = match &step.check {
            Some(check) => format!("check {}", bounded(check, 60)),
            None => step.stage.as_str().to_owned(),
        };
        let name = match back {
            true => format!("{name} (back)"),
            false => name,
        };
        let took = step.end.as_ref().map(|end| duration(end.seconds));
        let title = match (took, mark) {
            (Some(took), Mark::Good) => format!("{name} {took}"),
            (Some(took), _) => format!("{name} {word} after {took}"),
            (None, _) => format!("{name} {word}"),
        };
        Self {
            end: scale::number((x + width).min(100.0)),
            x: scale::number(x),
            width: scale::number(width),
            kind: step.check.as_ref().map_or(step.stage.as_str(), |_| "check"),
            back,
            mark,
            title,
        }
    }
}
