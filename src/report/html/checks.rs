//! How long the stages took, and what the checks found.

use indexmap::IndexMap;
use serde::Serialize;

use super::Chronicle;
use super::chronicle::Step;
use super::names::Names;
use super::outcome::Mark;
use super::text::duration;
use crate::event::StepOutcome;
use crate::model::HostName;

/// A stage on all hosts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct StageRow {
    pub(super) name: String,
    pub(super) way: &'static str,
    pub(super) times: Times,
}

/// A check on all hosts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CheckRow {
    pub(super) name: String,
    pub(super) stage: &'static str,
    pub(super) way: &'static str,
    /// The revision that it looked at.
    pub(super) revision: String,
    pub(super) times: Times,
    pub(super) outputs: Vec<Output>,
    /// How many others there were.
    pub(super) more: usize,
}

/// How a step went on all hosts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Times {
    pub(super) mark: Mark,
    pub(super) passed: usize,
    pub(super) failed: usize,
    /// Not ended, or ended by somebody.
    pub(super) open: usize,
    pub(super) median: String,
    pub(super) longest: String,
    pub(super) slowest: String,
}

/// What a check wrote, the same on these hosts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Output {
    pub(super) mark: Mark,
    pub(super) words: &'static str,
    pub(super) hosts: Names,
    pub(super) lines: Vec<String>,
    pub(super) earlier: usize,
}

type Steps<'a> = Vec<(&'a HostName, &'a Step)>;

const MOST_OUTPUTS: usize = 5;
const FORWARD: &str = "forward";
const BACK: &str = "back";

/// The stages, in the order in which they began.
pub(super) fn stages(chronicle: &Chronicle) -> Vec<StageRow> {
    let mut alike: IndexMap<(&'static str, &'static str), Steps<'_>> = IndexMap::new();
    for (name, way, step) in steps(chronicle).filter(|(.., step)| step.check.is_none()) {
        let steps = alike.entry((step.stage.as_str(), way)).or_default();
        steps.push((name, step));
    }
    let mut rows: Vec<_> = alike.into_iter().collect();
    rows.sort_by_key(|(_, steps)| steps.iter().map(|(_, step)| step.begun).min());
    let rows = rows.into_iter().map(|((stage, way), steps)| StageRow {
        name: stage.to_owned(),
        way,
        times: Times::of(&steps),
    });
    rows.collect()
}

/// The checks, in the order in which they began.
pub(super) fn checks(chronicle: &Chronicle) -> Vec<CheckRow> {
    type Key<'a> = (String, &'static str, &'static str, &'a str);
    let mut alike: IndexMap<Key<'_>, Steps<'_>> = IndexMap::new();
    for (name, way, step) in steps(chronicle) {
        if let Some(check) = &step.check {
            let check = super::text::bounded(check, 200);
            let key = (check, step.stage.as_str(), way, step.revision.short());
            alike.entry(key).or_default().push((name, step));
        }
    }
    let mut rows: Vec<_> = alike.into_iter().collect();
    rows.sort_by_key(|(_, steps)| steps.iter().map(|(_, step)| step.begun).min());
    let rows = rows
        .into_iter()
        .map(|((name, stage, way, revision), steps)| {
            let (outputs, more) = outputs(&steps);
            CheckRow {
                name,
                stage,
                way,
                revision: revision.to_owned(),
                times: Times::of(&steps),
                outputs,
                more,
            }
        });
    rows.collect()
}

fn steps(chronicle: &Chronicle) -> impl Iterator<Item = (&HostName, &'static str, &Step)> {
    chronicle.hosts.iter().flat_map(|(name, host)| {
        let steps = host.steps.iter();
        steps.map(move |step| {
            let way = match host.is_way_back(step) {
                true => BACK,
                false => FORWARD,
            };
            (name, way, step)
        })
    })
}

impl Times {
    fn of(steps: &[(&HostName, &Step)]) -> Self {
        let count = |wanted: Mark| steps.iter().filter(|(_, s)| state(s).0 == wanted).count();
        let mut ended: Vec<(f64, &HostName)> = steps
            .iter()
            .filter_map(|(name, step)| Some((step.end.as_ref()?.seconds, *name)))
            .collect();
        ended.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let median = ended.get(ended.len() / 2).map(|(seconds, _)| *seconds);
        let longest = ended.last();
        Self {
            mark: match (count(Mark::Bad), count(Mark::Open)) {
                (0, 0) => Mark::Good,
                (0, _) => Mark::Open,
                _ => Mark::Bad,
            },
            passed: count(Mark::Good),
            failed: count(Mark::Bad),
            open: count(Mark::Open),
            median: median.map(duration).unwrap_or_default(),
            longest: longest.map(|(s, _)| duration(*s)).unwrap_or_default(),
            slowest: longest
                .map(|(_, name)| name.to_string())
                .unwrap_or_default(),
        }
    }
}

/// How a step ended, in a sign and a word.
pub(super) fn state(step: &Step) -> (Mark, &'static str) {
    match step.end.as_ref().map(|end| end.outcome) {
        Some(StepOutcome::Passed) => (Mark::Good, "passed"),
        Some(StepOutcome::Failed) => (Mark::Bad, "failed"),
        Some(StepOutcome::TimedOut) => (Mark::Bad, "timed out"),
        Some(StepOutcome::Interrupted) => (Mark::Open, "interrupted"),
        Some(StepOutcome::Lost) => (Mark::Bad, "lost"),
        None => (Mark::Open, "not ended"),
    }
}

/// What was written, the worst first.
fn outputs(steps: &[(&HostName, &Step)]) -> (Vec<Output>, usize) {
    type Key<'a> = (Mark, &'static str, Vec<&'a str>, usize);
    let mut alike: IndexMap<Key<'_>, Vec<&HostName>> = IndexMap::new();
    for (name, step) in steps {
        let (mark, words) = state(step);
        if mark == Mark::Good && step.lines.is_empty() {
            continue;
        }
        let lines = step.lines.iter().map(String::as_str).collect();
        let key = (mark, words, lines, step.earlier);
        alike.entry(key).or_default().push(name);
    }
    alike.sort_by(|one, _, other, _| one.0.cmp(&other.0));
    let more = alike.len().saturating_sub(MOST_OUTPUTS);
    let listed = alike.into_iter().take(MOST_OUTPUTS);
    let listed = listed.map(|((mark, words, lines, earlier), hosts)| Output {
        mark,
        words,
        hosts: Names::of(hosts),
        lines: lines.into_iter().map(str::to_owned).collect(),
        earlier,
    });
    (listed.collect(), more)
}
