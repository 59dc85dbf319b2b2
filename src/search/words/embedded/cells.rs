//! In which sections of a listing a word stands, and how well each answers it, as small numbers.
//!
//! An index keeps the sections of a term as the term's frequency in the document: one bit each. So one dictionary holds
//! the words of all sections, and is asked once.

use super::{
    super::document::Section,
    lookup::Grade,
    rank::{weight, worth},
};

/// The sections where a term stands: the bits of `bit`.
pub(super) type Mask = u32;

/// A section's bit. What stands so often has to be counted when it is indexed, so sections of many words have low bits.
pub(super) const fn bit(section: Section) -> Mask {
    match section {
        Section::Topics => 1,
        Section::Text => 2,
        Section::Place => 4,
        Section::Organisation => 8,
        Section::Name => 16,
    }
}

const MASKS: usize = 1 << Section::ALL.len();
const CELL_BITS: u32 = 4;
const CELL: u32 = (1 << CELL_BITS) - 1;

/// What a term of this grade is worth in the weightiest of the sections.
pub(super) fn worth_of(mask: Mask, grade: Grade) -> u32 {
    worth(grade, HEAVIEST[mask as usize % MASKS])
}

/// The weight of the weightiest section of every mask.
const HEAVIEST: [u32; MASKS] = {
    let mut heaviest = [0; MASKS];
    let mut mask = 0;
    while mask < MASKS {
        let mut at = 0;
        while at < Section::ALL.len() {
            let section = Section::ALL[at];
            if mask as Mask & bit(section) != 0 && weight(section) > heaviest[mask] {
                heaviest[mask] = weight(section);
            }
            at += 1;
        }
        mask += 1;
    }
    heaviest
};

/// The grade of each section: four bits each, zero where the word does not stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cells(u32);

impl Cells {
    /// The same grade in all sections of the mask.
    pub(super) fn of(mask: Mask, grade: Grade) -> Self {
        Self(each(|shift, at| {
            (((mask >> at) & 1) * (grade as u32)) << shift
        }))
    }

    /// The better grade of each section.
    pub(super) fn either(self, other: Self) -> Self {
        Self(each(|shift, _| {
            ((self.0 >> shift) & CELL).max((other.0 >> shift) & CELL) << shift
        }))
    }

    /// The lesser grade of each section: none where one of them has none.
    pub(super) fn both(self, other: Self) -> Self {
        Self(each(|shift, _| {
            ((self.0 >> shift) & CELL).min((other.0 >> shift) & CELL) << shift
        }))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What the best section is worth, no better graded than `most`; zero without any.
    pub(super) fn worth(self, most: Grade) -> u32 {
        let of = |section: &Section| {
            let shift = bit(*section).trailing_zeros() * CELL_BITS;
            let grade = ((self.0 >> shift) & CELL).min(most as u32);
            Grade::of(grade).map_or(0, |grade| worth(grade, weight(*section)))
        };
        Section::ALL.iter().map(of).max().unwrap_or_default()
    }
}

/// Puts together what `cell` makes of each section's shift and place.
fn each(cell: impl Fn(u32, u32) -> u32) -> u32 {
    (0..Section::ALL.len() as u32).fold(0, |cells, at| cells | cell(at * CELL_BITS, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_section_counts() {
        let name = bit(Section::Name);
        let text = bit(Section::Text);
        let written = Cells::of(text, Grade::AsWritten);
        let misspelt = Cells::of(name | text, Grade::OneTypo);
        assert_eq!(
            written.either(misspelt).worth(Grade::AsWritten),
            worth(Grade::AsWritten, weight(Section::Text))
        );
        assert_eq!(
            written.either(misspelt).worth(Grade::OneTypo),
            worth(Grade::OneTypo, weight(Section::Name))
        );
        assert_eq!(
            worth_of(name | text, Grade::OneTypo),
            misspelt.worth(Grade::AsWritten)
        );
    }

    #[test]
    fn words_stand_together_in_one_section_only() {
        let one = Cells::of(bit(Section::Name) | bit(Section::Place), Grade::AsWritten);
        let other = Cells::of(bit(Section::Place), Grade::Beginning);
        assert_eq!(
            one.both(other),
            Cells::of(bit(Section::Place), Grade::Beginning)
        );
        assert!(
            one.both(Cells::of(bit(Section::Text), Grade::AsWritten))
                .is_empty()
        );
        assert_eq!(Cells::default().worth(Grade::AsWritten), 0);
    }
}
