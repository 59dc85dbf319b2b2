//! In which languages somebody reads: `lang` first, then `Accept-Language` by its weights.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};

use crate::domain::language::Language;

/// More languages than this are not read.
const MOST: usize = 20;

/// The languages to try, best first; none means the language in which each text was written.
#[must_use]
pub fn wanted(lang: Option<&Language>, headers: &HeaderMap) -> Vec<Language> {
    let mut languages: Vec<Language> = lang.cloned().into_iter().collect();
    let accepted = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map(accepted);
    for language in accepted.unwrap_or_default() {
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    languages
}

/// What is no language tag, `*` and what has weight 0 is left out.
fn accepted(header: &str) -> Vec<Language> {
    let mut ranked: Vec<(f32, Language)> = header
        .split(',')
        .take(MOST)
        .filter_map(|item| {
            let (tag, rest) = item.split_once(';').unwrap_or((item, ""));
            let weight = match rest.trim().strip_prefix("q=") {
                Some(weight) => weight
                    .trim()
                    .parse()
                    .ok()
                    .filter(|weight| (0.0..=1.0).contains(weight))?,
                None => 1.0,
            };
            let language = Language::parse(tag.trim()).ok()?;
            (weight > 0.0).then_some((weight, language))
        })
        .collect();
    ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    ranked.into_iter().map(|(_, language)| language).collect()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn lang_goes_before_the_header_and_weights_count() {
        let mut headers = HeaderMap::new();
        let value =
            HeaderValue::from_static("en;q=0.5, bn , *;q=0.1, zh-TW;q=0.8, xx;q=nan, id;q=0, en");
        headers.insert(ACCEPT_LANGUAGE, value);
        let lang = Language::parse("id").unwrap();
        let tags = |languages: Vec<Language>| {
            languages
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            tags(wanted(Some(&lang), &headers)),
            ["id", "bn", "en", "zh-Hant-TW"]
        );
        assert_eq!(tags(wanted(None, &headers)), ["bn", "en", "zh-Hant-TW"]);
        assert!(wanted(None, &HeaderMap::new()).is_empty());
    }
}
