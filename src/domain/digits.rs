//! Digits of any script as ASCII digits, and which numbers are whole.

/// The zero of every decimal digit run of Unicode 16 outside ASCII that is in use; the nine others follow it.
const ZEROS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

/// The ASCII digit that `c` stands for, else `c`.
#[must_use]
pub fn ascii_digit(c: char) -> char {
    let code = c as u32;
    if code < 0x0660 {
        return c;
    }
    let zero = match ZEROS.binary_search(&code) {
        Ok(_) => code,
        Err(0) => return c,
        Err(at) => ZEROS[at - 1],
    };
    match u8::try_from(code - zero) {
        Ok(value) if value < 10 => char::from(b'0' + value),
        _ => c,
    }
}

/// `text` with the digits of any script as ASCII.
#[must_use]
pub fn ascii_digits(text: &str) -> String {
    text.chars().map(ascii_digit).collect()
}

/// The whole number that this is; none where it has a fraction, or is too great to be exact. 14.0 is a whole number, by JSON
/// Schema.
#[must_use]
pub fn whole(size: f64) -> Option<i64> {
    let exact = size.fract() == 0.0 && size.abs() < 9e15;
    exact.then(|| format!("{size:.0}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{ascii_digits, whole};

    #[test]
    fn a_fraction_of_nothing_is_none() {
        assert_eq!([14.0, -0.0, -3.0].map(whole), [Some(14), Some(0), Some(-3)]);
        assert_eq!([14.5, 9e15, f64::NAN, f64::INFINITY].map(whole), [None; 4]);
    }

    #[test]
    fn reads_digits_of_any_script() {
        assert_eq!(
            ascii_digits("০৯৬১২-११९ ９９９ ٠١٢ 9"),
            "09612-119 999 012 9"
        );
        assert_eq!(ascii_digits("এক 一 ⅷ"), "এক 一 ⅷ");
    }
}
