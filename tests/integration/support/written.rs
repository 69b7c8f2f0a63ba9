//! A model that says everything, as svcgen writes it.

use super::Env;

impl Env {
    /// A folder with the model of `tea-pot`, from its least answers and more of them.
    pub(crate) fn with_tea_pot(more: &[&str]) -> Self {
        let env = Self::new();
        let least = [
            "new",
            "--site=example",
            "--set=name=tea-pot",
            "--set=description=Makes tea.",
            "--set=port=6000",
            "--set=owner.name=Ada",
        ];
        let run = env.svcgen(&[&least, more].concat());
        assert_eq!(run.code, 0, "{}", run.show());
        env
    }
}
