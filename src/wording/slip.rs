//! How many slips of the fingers lie between two words: letters left out, put in, taken for another, or swapped.

/// Longest word that is compared, in characters; nobody misspells a longer one into something recognisable.
const LONGEST: usize = 40;

/// The slips between `typed` and `meant` if there are at most `most` of them.
#[must_use]
pub fn slips(typed: &str, meant: &str, most: usize) -> Option<usize> {
    compare(typed, meant, most, false)
}

/// The slips between `typed` and a beginning of `meant` if there are at most `most` of them.
#[must_use]
pub fn slips_in_beginning(typed: &str, meant: &str, most: usize) -> Option<usize> {
    compare(typed, meant, most, true)
}

/// Optimal string alignment, row by row. Nothing is allocated: very many words are compared with one.
fn compare(typed: &str, meant: &str, most: usize, beginning: bool) -> Option<usize> {
    if typed == meant || beginning && meant.starts_with(typed) {
        return Some(0);
    }
    if most == 0 {
        return None;
    }
    let (mut a, mut b) = (['\0'; LONGEST], ['\0'; LONGEST]);
    let typed = characters(typed, &mut a, LONGEST)?;
    let enough = if beginning {
        typed.len() + most
    } else {
        LONGEST
    };
    let meant = if beginning {
        beginning_of(meant, &mut b, enough)
    } else {
        characters(meant, &mut b, enough)?
    };
    let apart = typed.len().abs_diff(meant.len());
    let too_far = if beginning {
        typed.len() > meant.len() + most
    } else {
        apart > most
    };
    if too_far {
        return None;
    }
    let mut rows = [[0_usize; LONGEST + 1]; 3];
    for (at, cost) in rows[1].iter_mut().enumerate() {
        *cost = at;
    }
    for (i, from) in typed.iter().enumerate() {
        rows[2][0] = i + 1;
        for (j, to) in meant.iter().enumerate() {
            let mut cost = (rows[1][j] + usize::from(from != to))
                .min(rows[1][j + 1] + 1)
                .min(rows[2][j] + 1);
            if i > 0 && j > 0 && *from == meant[j - 1] && typed[i - 1] == *to {
                cost = cost.min(rows[0][j - 1] + 1);
            }
            rows[2][j + 1] = cost;
        }
        if rows[2][..=meant.len()].iter().all(|cost| *cost > most) {
            return None;
        }
        rows.rotate_left(1);
    }
    let last = &rows[1][..=meant.len()];
    let cost = if beginning {
        last.iter().min().copied()
    } else {
        last.last().copied()
    };
    cost.filter(|cost| *cost <= most)
}

/// The characters of a word of at most `most`.
fn characters<'b>(word: &str, buffer: &'b mut [char; LONGEST], most: usize) -> Option<&'b [char]> {
    let mut length = 0;
    for c in word.chars() {
        *buffer.get_mut(length)? = c;
        length += 1;
    }
    (length <= most).then_some(&buffer[..length])
}

/// The first characters of a word, `most` of them.
fn beginning_of<'b>(word: &str, buffer: &'b mut [char; LONGEST], most: usize) -> &'b [char] {
    let mut length = 0;
    for (slot, c) in buffer.iter_mut().zip(word.chars()).take(most) {
        *slot = c;
        length += 1;
    }
    &buffer[..length]
}

#[cfg(test)]
mod tests {
    use super::{slips, slips_in_beginning};

    #[test]
    fn slips_are_counted() {
        for (typed, meant, most, expected) in [
            ("myslef", "myself", 2, Some(1)),
            ("kil", "kill", 1, Some(1)),
            ("dri", "diri", 1, Some(1)),
            ("আত্মহত্তা", "আত্মহত্যা", 1, Some(1)),
            ("depresion", "depression", 1, Some(1)),
            ("dpresion", "depression", 1, None),
            ("same", "same", 0, Some(0)),
            ("same", "some", 0, None),
            ("", "ab", 1, None),
        ] {
            assert_eq!(slips(typed, meant, most), expected, "{typed} {meant}");
        }
        assert_eq!(slips_in_beginning("samartan", "samaritans", 1), Some(1));
        assert_eq!(slips_in_beginning("sama", "samaritans", 0), Some(0));
        assert_eq!(slips_in_beginning("xyz", "samaritans", 2), None);
    }
}
