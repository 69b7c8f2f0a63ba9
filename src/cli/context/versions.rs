use super::Loaded;
use crate::git::committed_texts;
use crate::model::Service;

/// How many earlier versions of a model are looked at.
const MOST: usize = 10;

impl Loaded {
    /// Earlier versions of the model, which commits of its repository have, the newest first.
    ///
    /// One that this svcgen cannot read is left out, and so is one of another service.
    pub(in crate::cli) fn earlier(&self) -> Vec<Self> {
        let now = fs_err::read_to_string(&self.path).unwrap_or_default();
        let texts = committed_texts(&self.path, MOST + 1).into_iter();
        let versions = texts.filter(|text| *text != now).filter_map(|text| {
            let reading = self.reading.clone();
            let read = Service::parse(&self.path, &text, &reading.sites, reading.site.as_ref());
            Some(Self::new(read.ok()?, self.path.clone(), reading))
        });
        versions
            .filter(|version| version.service.name == self.service.name)
            .take(MOST)
            .collect()
    }
}
