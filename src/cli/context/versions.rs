use super::Loaded;
use crate::git::committed_texts;
use crate::model::Service;

/// How many versions of a model are looked at.
const MOST: usize = 10;

impl Loaded {
    /// The versions of the model that commits of its repository have, the newest first; one that was taken back is there twice.
    ///
    /// One that this svcgen cannot read is left out, and so is one of another service.
    pub(in crate::cli) fn versions(&self) -> Vec<Self> {
        let texts = committed_texts(&self.path, MOST).into_iter();
        let versions = texts.filter_map(|text| {
            let reading = self.reading.clone();
            let read = Service::parse(&self.path, &text, &reading.sites, reading.site.as_ref());
            Some(Self::new(read.ok()?, self.path.clone(), &text, reading))
        });
        versions
            .filter(|version| version.service.name == self.service.name)
            .collect()
    }
}
