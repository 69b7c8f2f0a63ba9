use super::text::Text;

/// Whether there is colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coloring {
    Colored,
    Plain,
}

/// A colour, as a terminal is told to begin and to end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paint(u8, u8);

impl Paint {
    pub(super) const BOLD: Self = Self(1, 22);
    pub(super) const INVERSE: Self = Self(7, 27);
    pub(super) const RED: Self = Self(31, 39);
    pub(super) const GREEN: Self = Self(32, 39);
    pub(super) const YELLOW: Self = Self(33, 39);
    pub(super) const MAGENTA: Self = Self(35, 39);
    pub(super) const CYAN: Self = Self(36, 39);
    pub(super) const WHITE: Self = Self(37, 39);

    /// A text in this colour; what is empty has none.
    pub(super) fn on(self, text: Text, coloring: Coloring) -> Text {
        if text.is_empty() || coloring == Coloring::Plain {
            return text;
        }
        let Self(begin, end) = self;
        Text::from(format!("\u{1b}[{begin}m"))
            .and(&text)
            .and(format!("\u{1b}[{end}m"))
    }
}
