//! The language of what somebody typed: by script, and in Latin letters by words that only one language has.
//!
//! A hint for the reader, never a filter: names are in no language, and people mix.

use super::{
    convert::{to_simplified, to_traditional},
    script::{Script, script_of},
    segment::words,
};

/// Words by which each language gives itself away, none of them in two lists.
const TELLING: &[(&str, &str)] = &[
    (
        "en",
        "am and anxiety are at can cannot clinic counselling counseling crisis feel feeling find for free from group \
         have help helpline her him his hospital how i is it life line live me mental my near nearby need now of on \
         open our people sad someone support talk the therapist therapy they this to want was what when where who \
         with you your",
    ),
    (
        "id",
        "ada aku anak apa bagaimana bantuan bersama bisa buka bunuh butuh cari dan dari dekat dengan di diri dokter \
         dukungan gratis ingin jiwa kami kesehatan ke kelompok konseling layanan lelah mau nomor orang pengin psikolog \
         pusat rumah saya sakit sedih sehat sekarang sekitar suami telepon tempat terdekat tidak tolong untuk yang",
    ),
    (
        "bn-Latn",
        "ache achhe amake amar ami amra apni asche bachte bhalo bishonnota chai chikitsa daktar debo doctor dorkar ekta \
         gele ghum hashpatal hobe hoy icche jabo kache kachhe keno khub kichu kore korte korbo kothai kothay lage lagche \
         lagbe manosik moner morte nai nei parchi parina rog sahajjo shahajjo shastho shomossha tumi valo",
    ),
];

/// The BCP 47 tag of the text's language, as far as it shows; none where it does not.
#[must_use]
pub fn language_of(text: &str) -> Option<&'static str> {
    match script_of(text) {
        Script::Bengali => Some("bn"),
        Script::Han if to_simplified(text) != text => Some("zh-Hant"),
        Script::Han if to_traditional(text) != text => Some("zh-Hans"),
        Script::Han => Some("zh"),
        Script::Latin => by_words(text),
        Script::Other => None,
    }
}

/// The language of most telling words; none where two have as many.
fn by_words(text: &str) -> Option<&'static str> {
    let typed = words(text);
    let told = |list: &str| {
        let telling = |word: &&str| typed.iter().any(|typed| typed.text == **word);
        list.split_whitespace().filter(telling).count()
    };
    let mut told: Vec<(usize, &str)> = TELLING
        .iter()
        .map(|(language, list)| (told(list), *language))
        .collect();
    told.sort_unstable_by(|a, b| b.cmp(a));
    match told[..] {
        [(most, language), (next, _), ..] if most > next => Some(language),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{TELLING, language_of};
    use crate::wording::fold;

    #[test]
    fn words_tell_what_letters_do_not() {
        for (text, language) in [
            ("I want to talk to someone", Some("en")),
            ("saya butuh bantuan", Some("id")),
            ("amar mon valo nei", Some("bn-Latn")),
            ("Maudsley", None),
            ("help saya", None),
            ("মন ভালো নেই", Some("bn")),
            ("抑鬱症", Some("zh-Hant")),
            ("心理援助热线", Some("zh-Hans")),
            ("心理", Some("zh")),
            ("", None),
            ("119", None),
        ] {
            assert_eq!(language_of(text), language, "{text}");
        }
    }

    #[test]
    fn no_word_tells_of_two_languages() {
        let mut all: Vec<&str> = TELLING
            .iter()
            .flat_map(|(_, list)| list.split_whitespace())
            .collect();
        assert!(all.iter().all(|word| fold(word) == **word));
        let many = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), many);
    }
}
