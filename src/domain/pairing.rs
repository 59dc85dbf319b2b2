//! Which item of a list is which of the list before it, where some were added, taken away, moved or changed.

/// Whether a former item and a new one may be the same.
pub type Rule<'r, A, B> = &'r dyn Fn(&A, &B) -> bool;

/// For each new item the place of the former one that it is, if any. A rule says whether two may be the same; a later rule
/// looks only at what the earlier ones left over, each item in its order.
#[must_use]
pub fn pair<A, B>(former: &[A], new: &[B], rules: &[Rule<'_, A, B>]) -> Vec<Option<usize>> {
    let mut of = vec![None; new.len()];
    let mut left: Vec<usize> = (0..former.len()).collect();
    for rule in rules {
        for (own, item) in of.iter_mut().zip(new).filter(|(own, _)| own.is_none()) {
            let same = left.iter().position(|at| rule(&former[*at], item));
            *own = same.map(|index| left.remove(index));
        }
    }
    of
}

/// Those of the paired items that stand elsewhere among the others than before: as few as explain the new order.
#[must_use]
pub fn moved(of: &[Option<usize>]) -> Vec<usize> {
    let paired: Vec<(usize, usize)> = (of.iter().enumerate())
        .filter_map(|(new, former)| Some((new, (*former)?)))
        .collect();
    // The longest run of items that kept their order stays; for each item, how long it is there and what goes before.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::with_capacity(paired.len());
    for (index, (_, former)) in paired.iter().enumerate() {
        let before = (0..index).filter(|before| paired[*before].1 < *former);
        let before = before.max_by_key(|before| (runs[*before].0, std::cmp::Reverse(*before)));
        runs.push((before.map_or(1, |before| runs[before].0 + 1), before));
    }
    let longest = (0..runs.len()).max_by_key(|index| (runs[*index].0, std::cmp::Reverse(*index)));
    let stays: Vec<usize> = std::iter::successors(longest, |index| runs[*index].1).collect();
    let moved = (0..paired.len()).filter(|index| !stays.contains(index));
    moved.map(|index| paired[index].0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_the_same_is_the_same_before_what_stands_there() {
        let same: Rule<'_, char, char> = &|a, b| a == b;
        let any: Rule<'_, char, char> = &|_, _| true;
        let cases: [(&str, &str, &[Option<usize>]); 6] = [
            ("a", "xa", &[None, Some(0)]),
            ("ab", "b", &[Some(1)]),
            ("ab", "cb", &[Some(0), Some(1)]),
            ("ab", "ba", &[Some(1), Some(0)]),
            ("ab", "", &[]),
            ("aa", "aaa", &[Some(0), Some(1), None]),
        ];
        for (former, new, expected) in cases {
            let (former, new): (Vec<char>, Vec<char>) =
                (former.chars().collect(), new.chars().collect());
            assert_eq!(
                pair(&former, &new, &[same, any]),
                expected,
                "{former:?} {new:?}"
            );
        }
    }

    #[test]
    fn one_that_moved_is_one_that_moved() {
        assert_eq!(moved(&[None, Some(0), Some(1)]), [0; 0]);
        assert_eq!(moved(&[Some(3), Some(0), Some(1), Some(2)]), [0]);
        assert_eq!(moved(&[Some(1), Some(2), None, Some(0)]), [3]);
        assert_eq!(moved(&[Some(1), Some(0)]).len(), 1);
        assert_eq!(moved(&[]), [0; 0]);
    }
}
