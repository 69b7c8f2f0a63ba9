use textwrap::core::display_width;

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// A field of characters.
#[derive(Debug)]
pub(super) struct Canvas {
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, Default)]
enum Cell {
    #[default]
    Empty,
    /// Lines that lead to these sides.
    Lines(u8),
    Text(String),
    /// The right half of a wide character.
    Covered,
}

impl Canvas {
    pub(super) fn new(columns: i32, rows: i32) -> Self {
        let row = vec![Cell::default(); columns.max(0) as usize];
        Self {
            rows: vec![row; rows.max(0) as usize],
        }
    }

    /// Draws a line, with both its ends, in a row or a column; lines that meet are joined.
    pub(super) fn line(&mut self, (x0, y0): (i32, i32), (x1, y1): (i32, i32)) {
        let (forth, back) = if y0 == y1 { (RIGHT, LEFT) } else { (DOWN, UP) };
        let (dx, dy) = ((x1 - x0).signum(), (y1 - y0).signum());
        let (forth, back) = if dx + dy < 0 {
            (back, forth)
        } else {
            (forth, back)
        };
        let (mut x, mut y) = (x0, y0);
        while (x, y) != (x1, y1) {
            self.join(x, y, forth);
            (x, y) = (x + dx, y + dy);
            self.join(x, y, back);
        }
    }

    fn join(&mut self, x: i32, y: i32, side: u8) {
        let Some(cell) = self.cell(x, y) else { return };
        *cell = match cell {
            Cell::Lines(sides) => Cell::Lines(*sides | side),
            Cell::Empty | Cell::Text(_) | Cell::Covered => Cell::Lines(side),
        };
    }

    /// Writes a text over whatever is there.
    pub(super) fn text(&mut self, mut x: i32, y: i32, text: &str) {
        for c in text.chars() {
            let width = display_width(c.encode_utf8(&mut [0; 4])) as i32;
            if width == 0 {
                if let Some(Cell::Text(before)) = self.cell(x - 1, y) {
                    before.push(c);
                }
                continue;
            }
            for (at, cell) in [(x, Cell::Text(c.into())), (x + 1, Cell::Covered)]
                .into_iter()
                .take(width as usize)
            {
                if let Some(place) = self.cell(at, y) {
                    *place = cell;
                }
            }
            x += width;
        }
    }

    fn cell(&mut self, x: i32, y: i32) -> Option<&mut Cell> {
        let row = self.rows.get_mut(usize::try_from(y).ok()?)?;
        row.get_mut(usize::try_from(x).ok()?)
    }

    /// The lines of text, without white space at their ends.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |row: &Vec<Cell>| {
            let mut text = String::new();
            for cell in row {
                match cell {
                    Cell::Empty => text.push(' '),
                    Cell::Lines(sides) => text.push(drawn(*sides)),
                    Cell::Text(c) => text.push_str(c),
                    Cell::Covered => {}
                }
            }
            text.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

fn drawn(sides: u8) -> char {
    const TABLE: [char; 16] = [
        ' ', '│', '│', '│', '─', '┘', '┐', '┤', '─', '└', '┌', '├', '─', '┴', '┬', '┼',
    ];
    TABLE[usize::from(sides & 15)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_join_and_wide_characters_take_two_columns() {
        let mut canvas = Canvas::new(7, 3);
        canvas.line((0, 0), (0, 2));
        canvas.line((0, 1), (4, 1));
        canvas.line((4, 1), (4, 0));
        canvas.text(2, 2, "日e\u{301}");
        assert_eq!(canvas.lines(), ["│   │", "├───┘", "│ 日e\u{301}"]);
    }
}
