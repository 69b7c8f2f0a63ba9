//! What a target has to have, and lacks.

use super::Facts;
use crate::deploy::{Action, Inquiry, ServicePlan, needs};
use crate::scap::ScapDirectory;

/// The oldest git that the programs on a target get along with: it sorts tags by their dates.
const OLDEST_GIT: (u32, u32) = (2, 7);

/// What only releases are made with.
const OF_RELEASES: [&str; 2] = ["git", "grep"];

/// Where less is free, in KiB, nothing can be done on a target.
const LEAST_KIB: u64 = 64;

/// How far clocks may be apart, in seconds, before that is told.
const CLOCKS_APART: i64 = 300;

impl Inquiry {
    /// Whether a target is fit for deploys, whatever is deployed.
    pub fn of_fitness(directory: &ScapDirectory) -> Self {
        let config = &directory.config;
        Self {
            programs: needs::of(directory),
            tools: config.git_binary_managers.clone(),
            services: Some((ServicePlan::of(config), Action::Restart)),
            again: true,
            ..Self::default()
        }
    }
}

impl Facts {
    /// The programs that it lacks.
    pub fn lacking(&self, action: Action) -> impl Iterator<Item = &str> {
        let is_of_service = action.is_of_service();
        let lacking = self.lacking_tools.iter().map(String::as_str);
        lacking.filter(move |tool| !(is_of_service && OF_RELEASES.contains(tool)))
    }

    /// Whether its disk has no room even for the lock of a deploy, and for what is written down of it.
    pub fn is_full(&self) -> bool {
        self.free.is_some_and(|(kib, _)| kib < LEAST_KIB)
    }

    /// What else it lacks, but for permissions of sudo's and the space that a release takes; a reason each.
    pub fn unfit(&self, action: Action) -> Vec<String> {
        let is_of_service = action.is_of_service();
        let mut reasons = Vec::new();
        if self.has_old_git() && !is_of_service {
            let (least, git) = (OLDEST_GIT, &self.git);
            reasons.push(format!(
                "its git {git} is too old: {}.{} is the oldest supported version",
                least.0, least.1
            ));
        }
        if let (true, Some((kib, _))) = (self.is_full(), self.free) {
            reasons.push(format!(
                "its disk is full: {kib} KiB are free, and not even a lock can be taken"
            ));
        }
        let unwritable = self.unwritable.iter();
        reasons.extend(unwritable.map(|what| format!("{} cannot write: {what}", self.user)));
        reasons
    }

    /// How far its clock is off, where that is far.
    pub fn clock_off(&self) -> Option<String> {
        let here = jiff::Timestamp::now().as_second();
        let off = (self.now - here).abs();
        (off > CLOCKS_APART).then(|| format!("its clock is {off} s off"))
    }

    /// Whether its git is known to be too old.
    pub fn has_old_git(&self) -> bool {
        let mut numbers = self.git.split('.').map_while(|part| part.parse().ok());
        let version: Option<(u32, u32)> = numbers.next().zip(numbers.next());
        version.is_some_and(|version| version < OLDEST_GIT)
    }
}
