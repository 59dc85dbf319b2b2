//! A short list of numbers for each row, all in a few large pieces of memory: a list of its own for each row would cost
//! more than the numbers, and reading many rows in turn would jump about.

/// How many numbers a piece holds, if no single list is longer.
const PIECE: usize = 1 << 16;

/// Lists by row; a row without one has an empty list.
pub(in crate::search) struct Lists<T> {
    pieces: Vec<Vec<T>>,
    rows: Vec<Place>,
    /// For how many numbers the pieces have room that is used no more.
    unused: usize,
}

#[derive(Clone, Copy, Default)]
struct Place {
    piece: u32,
    from: u16,
    length: u16,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            pieces: Vec::new(),
            rows: Vec::new(),
            unused: 0,
        }
    }
}

impl<T: Copy> Lists<T> {
    /// The row's list.
    pub(in crate::search) fn get(&self, row: u32) -> &[T] {
        let Place {
            piece,
            from,
            length,
        } = self.rows.get(row as usize).copied().unwrap_or_default();
        let (from, length) = (usize::from(from), usize::from(length));
        let piece = self.pieces.get(piece as usize);
        piece.map_or(&[], |piece| &piece[from..from + length])
    }

    /// Gives the row this list, of which no more than 65,535 numbers are kept.
    pub(in crate::search) fn set(&mut self, row: u32, list: &[T]) {
        let list = &list[..list.len().min(usize::from(u16::MAX))];
        let row = row as usize;
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Place::default());
        }
        self.unused += usize::from(self.rows[row].length);
        self.rows[row] = if list.is_empty() {
            Place::default()
        } else {
            self.put(list)
        };
        if self.unused > PIECE && self.unused > self.pieces.len() * PIECE / 2 {
            self.compact();
        }
    }

    /// Empties the row's list.
    pub(in crate::search) fn clear(&mut self, row: u32) {
        self.set(row, &[]);
    }

    fn put(&mut self, list: &[T]) -> Place {
        let room = |piece: &Vec<T>| piece.len() + list.len() <= PIECE;
        if !self.pieces.last().is_some_and(room) {
            self.unused += self.pieces.last().map_or(0, |full| PIECE - full.len());
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        let number = self.pieces.len() - 1;
        let piece = &mut self.pieces[number];
        let from = piece.len();
        piece.extend_from_slice(list);
        Place {
            piece: u32::try_from(number).unwrap_or(u32::MAX),
            from: u16::try_from(from).unwrap_or(u16::MAX),
            length: u16::try_from(list.len()).unwrap_or(u16::MAX),
        }
    }

    /// Copies what is in use, in the order of rows.
    fn compact(&mut self) {
        let former = std::mem::take(self);
        for row in (0..).take(former.rows.len()) {
            self.set(row, former.get(row));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_stay_their_rows() {
        let mut lists: Lists<u32> = Lists::default();
        let long: Vec<u32> = (0..70_000).collect();
        for round in 0..40_u32 {
            for row in 0..1_000 {
                let list: Vec<u32> = (0..(row + round) % 9).map(|n| n + row + round).collect();
                lists.set(row, &list);
            }
            lists.set(500, &long);
            lists.clear(7);
        }
        for row in (0..1_000).filter(|row| *row != 500) {
            let length = if row == 7 { 0 } else { (row + 39) % 9 };
            let list: Vec<u32> = (0..length).map(|n| n + row + 39).collect();
            assert_eq!(lists.get(row), list, "{row}");
        }
        assert_eq!(lists.get(500), &long[..65_535]);
        assert_eq!(lists.get(9_999), [0_u32; 0]);
        let room = lists.pieces.len() * PIECE;
        assert!(lists.unused <= room / 2, "{} of {room}", lists.unused);
    }
}
