use dialoguer::console::measure_text_width;

use super::FrameLine;

/// The rows that a picture may take.
///
/// A terminal that becomes narrower breaks the lines that do not fit any more before anybody can draw anew, and what leaves
/// the screen by that cannot be taken away. So a picture is small enough that it is still there in two thirds of the width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    rows: usize,
    width: usize,
}

impl Room {
    pub(super) fn of(width: usize, height: usize) -> Self {
        Self {
            rows: height,
            width: (width * 2 / 3).max(1),
        }
    }

    /// How many rows lines take where the terminal has become narrower.
    fn rows(self, lines: &[FrameLine]) -> usize {
        let widths = lines.iter().map(|line| measure_text_width(&line.text));
        widths.map(|width| width.div_ceil(self.width).max(1)).sum()
    }

    pub(super) fn has_room_for(self, lines: &[FrameLine]) -> bool {
        self.rows(lines) <= self.rows
    }

    /// What is left beside some lines.
    pub(super) fn without(self, lines: &[FrameLine]) -> Self {
        let rows = self.rows.saturating_sub(self.rows(lines));
        Self { rows, ..self }
    }

    /// As many of the first lines as there is room for.
    pub(super) fn first(self, mut lines: Vec<FrameLine>) -> Vec<FrameLine> {
        while !self.has_room_for(&lines) {
            lines.pop();
        }
        lines
    }
}
