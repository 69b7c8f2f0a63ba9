use std::fmt;

/// One measurement, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) wall: f64,
    /// Of all processors together.
    pub(crate) cpu: Option<f64>,
}

/// The measurements of one thing.
pub(crate) struct Samples {
    name: &'static str,
    all: Vec<Sample>,
}

impl Samples {
    pub(crate) fn new(name: &'static str) -> Self {
        let all = Vec::new();
        Self { name, all }
    }

    pub(crate) fn add(&mut self, sample: Sample) {
        self.all.push(sample);
    }

    pub(crate) fn quickest(&self) -> f64 {
        self.sorted(|sample| Some(sample.wall))[0]
    }

    fn median(&self) -> f64 {
        let sorted = self.sorted(|sample| Some(sample.wall));
        sorted[sorted.len() / 2]
    }

    fn sorted(&self, figure: impl Fn(&Sample) -> Option<f64>) -> Vec<f64> {
        let mut figures: Vec<f64> = self.all.iter().filter_map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures
    }

    /// How it compares with others that were measured in turns with it, and whether that is within a bound.
    pub(crate) fn verdict(&self, other: &Self, bound: f64) -> String {
        let word = match self.median() / other.median() <= bound {
            true => "PASS",
            false => "OVER",
        };
        format!("{} (bound {bound}: {word})", self.share(other))
    }

    /// How it compares with others that were measured in turns with it, by the medians.
    pub(crate) fn share(&self, other: &Self) -> String {
        let share = self.median() / other.median();
        format!("   {share:.2} of {}", other.name)
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, .. } = self;
        write!(
            f,
            "  {name:<42}{:6.2} ({:.2})",
            self.median(),
            self.quickest()
        )?;
        let cpu = self.sorted(|sample| sample.cpu);
        if !cpu.is_empty() {
            write!(f, "   CPU {:.2} ({:.2})", cpu[cpu.len() / 2], cpu[0])?;
        }
        Ok(())
    }
}
