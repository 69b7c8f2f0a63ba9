use std::collections::BTreeSet;

use crate::chance::Chance;
use crate::env::Run;
use crate::lines::Known;
use crate::model::Model;
use crate::sight::Sight;
use crate::world::{CLONES, World};

/// A history that a seed tells.
pub(crate) struct History {
    seed: u64,
    pub(crate) chance: Chance,
    pub(crate) world: World,
    pub(crate) known: Known,
    pub(crate) model: Model,
    /// Words of older versions of the model that its newest one has not.
    pub(crate) dropped: BTreeSet<String>,
    /// How many lines somebody wrote.
    lines: usize,
    /// What svcgen said last.
    pub(crate) said: String,
}

/// How it is played again is told where it goes wrong.
impl Drop for History {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "SVCGEN_HISTORIES_SEEDS={}\n{}\n{}",
                self.seed,
                self.world.script(),
                self.said
            );
        }
    }
}

impl History {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            chance: Chance::of(seed),
            world: World::new(),
            known: Known::default(),
            model: Model::new(),
            dropped: BTreeSet::new(),
            lines: 0,
            said: String::new(),
        }
    }

    /// Plays so many steps after the first one.
    pub(crate) fn play(mut self, steps: usize) {
        self.write_model();
        self.run_something();
        for _ in 0..steps {
            self.step();
        }
    }

    fn step(&mut self) {
        match self.chance.below(100) {
            0..20 => self.change_model(),
            20..52 => self.run_something(),
            52..56 => self.run_interrupted(),
            56..60 => self.paste_of_check(),
            60..78 => self.edit(),
            78..88 => self.use_git(),
            _ => self.happens_elsewhere(),
        }
    }

    fn change_model(&mut self) {
        let before = self.model.tokens();
        self.model.change(&self.chance);
        let after = self.model.tokens();
        self.dropped.extend(before);
        self.dropped.retain(|token| !after.contains(token));
        self.write_model();
    }

    fn write_model(&mut self) {
        let text = self.model.text();
        self.world.sh(&format!(
            "cat >source/svcgen.yaml <<'END'\n{text}END\ngit -C source add svcgen.yaml; git -C source commit -qm 'the model'"
        ));
    }

    /// A number for one more line of somebody's.
    pub(crate) fn number(&mut self) -> usize {
        self.lines += 1;
        self.lines
    }

    pub(crate) fn sight(&self) -> Sight {
        Sight::new(&self.world, &self.known)
    }

    /// One of the clones.
    pub(crate) fn clone(&self) -> (&'static str, &'static str) {
        *self.chance.among(&CLONES)
    }

    /// Goes wrong with what a run said.
    pub(crate) fn wrong(&self, what: &str, run: &Run) -> ! {
        panic!("{what}\n{}", run.show())
    }
}
