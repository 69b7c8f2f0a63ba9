//! How many hosts were where, over time: what many hosts did, in one picture.

use jiff::Timestamp;
use serde::Serialize;

use super::Chronicle;
use super::chronicle::HostStory;
use super::text::{clock, duration};
use crate::event::{HostOutcome, Milestone, StepOutcome};
use crate::scap::DeployStage;

/// The picture: columns of parts, from left to right in time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Crowd {
    columns: usize,
    areas: Vec<Area>,
    words: String,
    begin: String,
    end: String,
}

/// The hosts that are alike, over time: a closed line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Area {
    name: &'static str,
    kind: &'static str,
    points: String,
}

/// With fewer hosts the lines of bars say all.
const FEWEST: usize = 12;
const COLUMNS: usize = 150;

/// Where a host is, from the bottom of the picture to its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    New,
    Back,
    Failed,
    GoingBack,
    Switching,
    Preparing,
    Waiting,
}

impl Lane {
    const ALL: [Self; 7] = [
        Self::New,
        Self::Back,
        Self::Failed,
        Self::GoingBack,
        Self::Switching,
        Self::Preparing,
        Self::Waiting,
    ];

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::New => ("new revision is live and checked", "new"),
            Self::Back => ("rolled back", "back"),
            Self::Failed => ("failed", "failed"),
            Self::GoingBack => ("being rolled back", "going_back"),
            Self::Switching => ("being switched, restarted, checked", "switching"),
            Self::Preparing => ("getting the release, or waiting with it", "preparing"),
            Self::Waiting => ("not begun, or nothing to do", "waiting"),
        }
    }
}

impl Crowd {
    /// That of a deploy to many hosts; nothing for few.
    pub(super) fn of(chronicle: &Chronicle) -> Option<Self> {
        let begun = chronicle.begun.as_ref()?;
        let hosts = chronicle.hosts.len();
        if hosts < FEWEST {
            return None;
        }
        let length = chronicle
            .last
            .duration_since(begun.at)
            .as_secs_f64()
            .max(0.1);
        let column = |at: Timestamp| {
            let share = at.duration_since(begun.at).as_secs_f64() / length;
            (share.clamp(0.0, 1.0) * COLUMNS as f64).round() as usize
        };
        let mut numbers = vec![[0_usize; Lane::ALL.len()]; COLUMNS + 1];
        for host in chronicle.hosts.values() {
            let turns = turns(host, begun.at);
            for (index, (at, place)) in turns.iter().enumerate() {
                let until = turns
                    .get(index + 1)
                    .map_or(COLUMNS + 1, |(at, _)| column(*at));
                for numbers in &mut numbers[column(*at)..until.max(column(*at))] {
                    numbers[*place as usize] += 1;
                }
            }
        }
        let areas = Lane::ALL
            .into_iter()
            .enumerate()
            .filter_map(|(index, place)| {
                if numbers.iter().all(|numbers| numbers[index] == 0) {
                    return None;
                }
                let (name, kind) = place.words();
                let points = outline(&numbers, index, hosts);
                Some(Area { name, kind, points })
            });
        Some(Self {
            columns: COLUMNS,
            areas: areas.collect(),
            words: format!("{hosts} hosts in {}", duration(length)),
            begin: clock(begun.at),
            end: clock(chronicle.last),
        })
    }
}

/// The line around a part of the columns: along its top, and back along its bottom; a hundred is the whole height.
fn outline(numbers: &[[usize; Lane::ALL.len()]], index: usize, hosts: usize) -> String {
    let height = |sum: usize| 100.0 - sum as f64 * 100.0 / hosts as f64;
    let point = |(x, sum): (usize, usize)| format!("{x},{:.1}", height(sum));
    let below = |upto: usize| {
        let columns = numbers.iter().enumerate();
        columns.map(move |(x, numbers)| (x, numbers[..upto].iter().sum::<usize>()))
    };
    let top = below(index + 1).map(point);
    let bottom = below(index)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .map(point);
    top.chain(bottom).collect::<Vec<_>>().join(" ")
}

/// From when on a host is where.
fn turns(host: &HostStory, begin: Timestamp) -> Vec<(Timestamp, Lane)> {
    let mut turns = vec![(begin, Lane::Waiting)];
    let mut last = begin;
    for step in &host.steps {
        let place = match step.stage {
            _ if host.is_way_back(step) => Lane::GoingBack,
            DeployStage::Fetch | DeployStage::ConfigDeploy | DeployStage::ConfigDiff => {
                Lane::Preparing
            }
            DeployStage::Promote | DeployStage::HandleService => Lane::Switching,
            DeployStage::Finalize | DeployStage::Rollback => Lane::New,
        };
        turns.push((step.begun, place));
        if let Some(end) = &step.end {
            last = end.at;
            if end.outcome != StepOutcome::Passed {
                turns.push((end.at, Lane::Failed));
            }
        }
    }
    let outcome = host.end.as_ref().map(|end| end.outcome);
    let milestone = host.milestone;
    turns.extend(host.healthy.map(|at| (at, Lane::New)));
    match (outcome, milestone) {
        (Some(HostOutcome::Old), _) | (None, Some(Milestone::RolledBack)) => {
            turns.push((last, Lane::Back));
        }
        (Some(HostOutcome::Unknown), _) | (None, Some(Milestone::Failed)) => {
            turns.push((last, Lane::Failed));
        }
        (Some(HostOutcome::New | HostOutcome::Untouched), _)
        | (
            None,
            Some(
                Milestone::Prepared
                | Milestone::Healthy
                | Milestone::Finalized
                | Milestone::Stopped,
            )
            | None,
        ) => {}
    }
    turns.sort_by_key(|(at, _)| *at);
    turns
}
