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
    // Nearly all words differ too much in length, which is seen before anything is copied.
    let (long, meant_long) = (typed.chars().count(), meant.chars().count());
    let too_short = !beginning && meant_long > (long + most).min(LONGEST);
    if long > (meant_long + most).min(LONGEST) || too_short {
        return None;
    }
    let (mut a, mut b) = (['\0'; LONGEST], ['\0'; LONGEST]);
    let typed = beginning_of(typed, &mut a, long);
    let meant = beginning_of(meant, &mut b, long + most);
    let most = u8::try_from(most).unwrap_or(u8::MAX);
    let mut rows = [[0_u8; LONGEST + 1]; 3];
    for (at, cost) in (0..).zip(rows[1].iter_mut()) {
        *cost = at;
    }
    for (i, from) in typed.iter().enumerate() {
        rows[2][0] = rows[1][0] + 1;
        for (j, to) in meant.iter().enumerate() {
            let mut cost = (rows[1][j] + u8::from(from != to))
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
        last.iter().min()
    } else {
        last.last()
    };
    cost.filter(|cost| **cost <= most)
        .map(|cost| usize::from(*cost))
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
