//! Traditional and Simplified Chinese, converted by phrase.
//!
//! The dictionaries are compiled in and unpacked at first use: half a MiB for Traditional → Simplified, which every
//! process needs, and four for the other way, which only showing converted text needs. Text without Chinese
//! characters never reaches them.

use std::{borrow::Cow, sync::LazyLock};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};

use super::script::is_han;

// The Hong Kong table is the plain one plus the variants used there (衞 for 衛). The Taiwanese table is not used: it
// takes its input to be Traditional throughout, and spoils Simplified text (什么 → 什幺).
static SIMPLIFY: LazyLock<OpenCC> = LazyLock::new(|| {
    // constant: the dictionary is compiled in, and a test loads it
    OpenCC::from_config(BuiltinConfig::Hk2s).expect("the dictionary is compiled in")
});

static TRADITIONAL: LazyLock<OpenCC> = LazyLock::new(|| {
    // constant: the dictionary is compiled in, and a test loads it
    OpenCC::from_config(BuiltinConfig::S2tw).expect("the dictionary is compiled in")
});

/// `text` in Simplified characters, for showing. Text that is Simplified already stays as it is.
#[must_use]
pub fn to_simplified(text: &str) -> String {
    simplified(text).into_owned()
}

/// `text` in Traditional characters as Taiwan writes them, for showing.
#[must_use]
pub fn to_traditional(text: &str) -> String {
    if text.chars().any(is_han) {
        TRADITIONAL.convert(text)
    } else {
        text.to_owned()
    }
}

pub(super) fn simplified(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_han) {
        Cow::Owned(SIMPLIFY.convert(text))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{to_simplified, to_traditional};

    #[test]
    fn converts_by_phrase() {
        assert_eq!(
            to_simplified("頭髮發展、乾隆乾燥、衞生署"),
            "头发发展、乾隆干燥、卫生署"
        );
        assert_eq!(
            to_traditional("头发发展，心里面，皇后以后"),
            "頭髮發展，心裡面，皇后以後"
        );
    }

    #[test]
    fn leaves_what_is_converted_already() {
        assert_eq!(
            to_simplified("什么是抑郁症？睡不着"),
            "什么是抑郁症？睡不着"
        );
        assert_eq!(to_traditional("憂鬱症"), "憂鬱症");
        assert_eq!(to_simplified("depresi বিষণ্নতা"), "depresi বিষণ্নতা");
    }
}
