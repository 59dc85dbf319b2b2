//! The tally of one segment: what each document has gathered over a question's units.

use tantivy::DocId;

/// Made once a thread and used again: every list is as long as the largest segment, and all zeros between questions.
#[derive(Default)]
pub(super) struct Board {
    /// The best of the current unit, per document; zero for none.
    best: Vec<u32>,
    touched: Vec<DocId>,
    total: Vec<u32>,
    seen: Vec<DocId>,
    /// Documents that match whatever else they lack.
    enough: Vec<bool>,
}

impl Board {
    /// Empties the board, also of what a question left that failed, and makes room for so many documents.
    pub(super) fn clear(&mut self, documents: DocId) {
        self.take(u32::MAX, |_, _| ());
        let documents = documents as usize;
        if self.best.len() < documents {
            self.best.resize(documents, 0);
            self.total.resize(documents, 0);
            self.enough.resize(documents, false);
        }
    }

    /// Adds the finished unit to the totals.
    pub(super) fn begin_unit(&mut self) {
        for document in self.touched.drain(..) {
            let at = document as usize;
            if self.total[at] == 0 {
                self.seen.push(document);
            }
            self.total[at] += std::mem::take(&mut self.best[at]);
        }
    }

    /// The current unit is worth at least so much in the document.
    pub(super) fn note(&mut self, document: DocId, worth: u32) {
        let best = &mut self.best[document as usize];
        if *best == 0 && worth > 0 {
            self.touched.push(document);
        }
        *best = worth.max(*best);
    }

    /// The document, which has been noted, matches whatever else it lacks.
    pub(super) fn note_enough(&mut self, document: DocId) {
        self.enough[document as usize] = true;
    }

    /// Empties the board; `found` gets the documents with at least `least`, and those that have enough, with their totals.
    pub(super) fn take(&mut self, least: u32, mut found: impl FnMut(DocId, u32)) {
        self.begin_unit();
        for document in self.seen.drain(..) {
            let at = document as usize;
            let total = std::mem::take(&mut self.total[at]);
            let enough = std::mem::take(&mut self.enough[at]);
            if total >= least || enough {
                found(document, total);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Board;

    fn taken(board: &mut Board, least: u32) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        board.take(least, |document, total| found.push((document, total)));
        found.sort_unstable();
        found
    }

    #[test]
    fn the_best_of_each_unit_is_summed() {
        let mut board = Board::default();
        board.clear(4);
        board.note(1, 5);
        board.note(1, 3);
        board.note(2, 4);
        board.begin_unit();
        board.note(1, 2);
        board.note(3, 1);
        board.note_enough(3);
        assert_eq!(taken(&mut board, 5), [(1, 7), (3, 1)]);
        assert_eq!(taken(&mut board, 0), [], "nothing is left");
    }

    #[test]
    fn what_a_failed_question_left_is_forgotten() {
        let mut board = Board::default();
        board.clear(2);
        board.note(0, 9);
        board.begin_unit();
        board.note(1, 9);
        board.note_enough(1);
        board.clear(3);
        board.note(2, 1);
        assert_eq!(taken(&mut board, 0), [(2, 1)]);
    }
}
