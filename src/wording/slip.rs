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

/// Optimal string alignment, row by row.
fn compare(typed: &str, meant: &str, most: usize, beginning: bool) -> Option<usize> {
    if typed == meant || beginning && meant.starts_with(typed) {
        return Some(0);
    }
    let typed: Vec<char> = typed.chars().take(LONGEST + 1).collect();
    let mut meant: Vec<char> = meant.chars().take(LONGEST + 1).collect();
    if beginning {
        meant.truncate(typed.len() + most);
    }
    let apart = if beginning {
        typed.len().saturating_sub(meant.len())
    } else {
        typed.len().abs_diff(meant.len())
    };
    if most == 0 || apart > most || typed.len() > LONGEST || meant.len() > LONGEST {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=meant.len()).collect();
    for (i, a) in typed.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        for (j, b) in meant.iter().enumerate() {
            let mut cost = (last[j] + usize::from(a != b))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *a == meant[j - 1] && typed[i - 1] == *b {
                cost = cost.min(before_last[j - 1] + 1);
            }
            row.push(cost);
        }
        if row.iter().all(|cost| *cost > most) {
            return None;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    let cost = if beginning {
        last.iter().min().copied()
    } else {
        last.last().copied()
    };
    cost.filter(|cost| *cost <= most)
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
