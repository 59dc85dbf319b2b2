//! Random numbers that are the same everywhere: SplitMix64 (Steele, Lea and Flood, 2014).

/// A stream of numbers.
pub(super) struct Random(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// The stream of the `number`th thing under a seed.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        Self(mix(seed.wrapping_add(STEP)) ^ mix(number.wrapping_mul(STEP).wrapping_add(1)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `limit`, which is not 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let wide = u128::from(self.next()) * limit as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these, which are not none.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Between one and `most` of these, in their order.
    pub(super) fn some<T: Copy>(&mut self, of: &[T], most: usize) -> Vec<T> {
        let mut left = 1 + self.below(most.min(of.len()));
        let mut chosen = Vec::with_capacity(left);
        for (i, value) in of.iter().enumerate() {
            if self.below(of.len() - i) < left {
                chosen.push(*value);
                left -= 1;
            }
        }
        chosen
    }

    /// About normally distributed around 0, between -6 and 6: the sum of twelve. Of whole numbers, because floating
    /// point functions differ between machines.
    pub(super) fn bell(&mut self) -> f64 {
        let sum: u64 = (0..12).map(|_| self.next() >> 44).sum();
        // Below 2^24: exact.
        #[expect(clippy::cast_precision_loss, reason = "less than 2^24")]
        let sum = sum as f64;
        sum / f64::from(1 << 20) - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn chooses_within_bounds_and_all_of_them() {
        let mut random = Random::new(3, 4);
        let mut seen = [false; 5];
        for _ in 0..200 {
            seen[random.below(5)] = true;
            let some = random.some(&[1, 2, 3, 4], 3);
            assert!((1..=3).contains(&some.len()) && some.is_sorted());
            assert!(random.bell().abs() <= 6.0);
        }
        assert_eq!(seen, [true; 5]);
    }
}
