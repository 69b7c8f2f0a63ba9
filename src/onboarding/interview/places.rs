//! Where the interview is, and where it goes from there.

use super::super::question::{Question, Section};
use super::{Interview, Stop};

impl<'a> Interview<'a> {
    /// The places that are gone through: questions, and where that is wanted, gates.
    pub(super) fn places(&self, with_gates: bool) -> Vec<Stop<'a>> {
        let sections: &'a [Section] = self.setting.sections;
        let mut places = Vec::new();
        for (index, section) in sections.iter().enumerate() {
            if section.can_wait && with_gates {
                places.push(Stop::Gate(index, section));
            }
            if self.draft.later.contains(&section.name) {
                continue;
            }
            let is_whole = self.draft.whole.contains(&section.name);
            let asked = section.questions.iter().filter(|question| {
                (is_whole || !question.rare || self.is_odd(question))
                    && self.is_called_for(question)
            });
            places.extend(asked.map(Stop::Question));
        }
        places
    }

    /// Whether a rare question is open nevertheless: it was asked for by the draft.
    fn is_odd(&self, question: &Question) -> bool {
        self.draft.at.as_deref() == Some(question.id.as_str())
    }

    pub(super) fn place(&self, name: Option<&str>) -> Option<Stop<'a>> {
        let name = name?;
        let places = self.places(true);
        let found = places.iter().find(|place| place.name() == name);
        found.or(places.first()).copied()
    }

    /// The order in which places stand, whether they are asked or not.
    fn rank(&self, place: Stop<'a>) -> (usize, usize) {
        let sections: &'a [Section] = self.setting.sections;
        match place {
            Stop::Gate(index, _) => (index, 0),
            Stop::Question(question) => {
                let of =
                    |section: &Section| section.questions.iter().position(|q| q.id == question.id);
                let found = sections.iter().enumerate();
                let mut found =
                    found.filter_map(|(index, section)| Some((index, of(section)? + 1)));
                found.next().unwrap_or_default()
            }
        }
    }

    pub(super) fn after(&self, place: Stop<'a>) -> Option<Stop<'a>> {
        let rank = self.rank(place);
        self.places(true)
            .into_iter()
            .find(|other| self.rank(*other) > rank)
    }

    pub(super) fn before(&self, place: Stop<'a>) -> Option<Stop<'a>> {
        let rank = self.rank(place);
        self.places(true)
            .into_iter()
            .rfind(|other| self.rank(*other) < rank)
    }

    pub(super) fn section_of(&self, place: Stop<'a>) -> (usize, &'a Section) {
        let sections: &'a [Section] = self.setting.sections;
        let index = self.rank(place).0;
        (index, &sections[index])
    }
}
