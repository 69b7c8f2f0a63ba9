//! Answers as the model judges them: what is wrong, and what is missing.

use camino::Utf8Path;

use super::{Answers, AnswersError, wrong};
use crate::model::{Problem, Service, Site, SiteError, Sites};
use crate::yaml::Kind;

/// Paths without which there is no model, with a value that stands in while other mistakes are looked for.
pub(in crate::onboarding) const REQUIRED: [(&str, &str); 4] = [
    ("name", "stand-in"),
    ("description", "stand-in"),
    ("port", "65535"),
    ("owner.name", "stand-in"),
];

impl Answers {
    /// Makes the model.
    ///
    /// # Errors
    /// Every mistake in the answers and every answer that is missing, at once; or the site that cannot be read.
    pub fn resolve(mut self, sites: &Sites) -> Result<(Service, Site), AnswersError> {
        let missing: Vec<_> = REQUIRED
            .into_iter()
            .filter(|(path, _)| !self.is_answered(path))
            .collect();
        for (path, stand_in) in &missing {
            let kind = stand_in
                .parse()
                .map_or(Kind::String((*stand_in).to_owned()), Kind::Integer);
            self.put(path, Utf8Path::new("answers"), stand_in, kind);
        }
        if !self.is_answered("version") {
            self.put("version", Utf8Path::new("answers"), "1", Kind::Integer(1));
        }
        match Service::resolve(&self.root, sites, None)? {
            Ok(both) if missing.is_empty() => Ok(both),
            Ok(_) => Err(self.wrong(Vec::new(), &missing)),
            Err(problems) => Err(self.wrong(problems, &missing)),
        }
    }

    /// Reads the answers as they are, with stand-ins for those that are missing; a mistake comes with the source it is in.
    ///
    /// # Errors
    /// The site that cannot be read.
    pub(in crate::onboarding) fn preview(
        mut self,
        sites: &Sites,
    ) -> Result<Result<Service, Vec<(String, Problem)>>, SiteError> {
        for (path, stand_in) in REQUIRED {
            if !self.is_answered(path) {
                let kind = stand_in
                    .parse()
                    .map_or(Kind::String(stand_in.to_owned()), Kind::Integer);
                self.put(path, Utf8Path::new("answers"), stand_in, kind);
            }
        }
        self.put("version", Utf8Path::new("answers"), "1", Kind::Integer(1));
        match Service::resolve(&self.root, sites, None)? {
            Ok((service, _)) => Ok(Ok(service)),
            Err(problems) => {
                let source = |problem: &Problem| {
                    let after = self
                        .sources
                        .partition_point(|source| source.base <= problem.span.start);
                    let source = self.sources.get(after.saturating_sub(1));
                    source.map_or_else(String::new, |source| source.name.to_string())
                };
                let problems = problems.into_iter().map(|p| (source(&p), p)).collect();
                Ok(Err(problems))
            }
        }
    }

    /// Whether what is answered is right; something may be missing.
    pub fn is_right(self, sites: &Sites) -> bool {
        matches!(self.preview(sites), Ok(Ok(_)))
    }

    /// The required paths that are not answered.
    pub fn missing(&self) -> Vec<&'static str> {
        let required = REQUIRED.into_iter().map(|(path, _)| path);
        required.filter(|path| !self.is_answered(path)).collect()
    }

    /// Gives each mistake back to the source that it is in.
    fn wrong(self, problems: Vec<Problem>, missing: &[(&'static str, &str)]) -> AnswersError {
        let mut by_source: Vec<Vec<Problem>> = self.sources.iter().map(|_| Vec::new()).collect();
        for mut problem in problems {
            let index = self
                .sources
                .partition_point(|source| source.base <= problem.span.start)
                .saturating_sub(1);
            let source = &self.sources[index];
            let clamp = |at: usize| at.saturating_sub(source.base).min(source.text.len());
            problem.span = clamp(problem.span.start)..clamp(problem.span.end);
            by_source[index].push(problem);
        }
        let wrong_sources = self
            .sources
            .into_iter()
            .zip(by_source)
            .filter(|(_, problems)| !problems.is_empty());
        AnswersError::Wrong {
            wrong: wrong_sources
                .map(|(source, problems)| wrong(&source.name, &source.text, problems))
                .collect(),
            missing: missing.iter().map(|(path, _)| *path).collect(),
        }
    }
}
