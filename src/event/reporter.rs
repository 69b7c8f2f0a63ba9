use super::Event;

/// Is told events, in their order. It steers nothing.
pub trait Reporter {
    /// Shows one.
    fn event(&mut self, event: &Event);

    /// Leaves the terminal to somebody who asks a question.
    fn hold(&mut self) {}

    /// Goes on once there is an answer.
    fn release(&mut self) {}
}
