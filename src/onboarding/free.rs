use serde_json::Value;

use super::entry::check;
use super::question::Section;
use super::shape::Shape;
use crate::model::model_schema;

/// The answers that the model takes whatever they are, and that are not what their questions ask for: each with its path, and
/// what was expected.
pub fn misfits(sections: &[Section], answers: &Value) -> Vec<(String, String)> {
    let schema = model_schema();
    let questions = sections.iter().flat_map(|section| &section.questions);
    let free = questions.filter(|question| {
        let shape = Shape::root(&schema).at(&question.id);
        shape.is_some_and(Shape::is_free)
    });
    let found = free.filter_map(|question| {
        let path = format!("/{}", question.id.replace('.', "/"));
        let reason = check(question, answers.pointer(&path)?).err()?;
        Some((question.id.clone(), reason))
    });
    found.collect()
}
