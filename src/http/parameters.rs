//! Parameters that many operations share: language, page, points and boxes.

use serde::{Deserialize, Deserializer, de::Error};
use utoipa::IntoParams;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::find::Rectangle,
    domain::{digits::ascii_digits, language::Language, place::Point},
    web::input::Part,
};

/// In which language texts are wanted.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
pub(super) struct Reading {
    /// The language of the answer's texts, a BCP 47 tag; goes before `Accept-Language`.
    #[param(value_type = Option<String>, min_length = 2, max_length = 35, pattern = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$", example = "bn")]
    pub lang: Option<Language>,
}

impl Part for Reading {}

/// No parameters at all: whoever sends one is told so.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
pub(super) struct Nothing {}

impl Part for Nothing {}

/// Which draft.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfDraft {
    /// The draft's id.
    #[param(value_type = String, max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b")]
    pub draft: Uuid,
}

/// Which batch of drafts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfBatch {
    /// The batch's id.
    #[param(value_type = String, max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a63")]
    pub batch: Uuid,
}

/// Which claim.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfClaim {
    /// The claim's id.
    #[param(value_type = String, max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a60")]
    pub claim: Uuid,
}

/// Which report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfReport {
    /// The report's id.
    #[param(value_type = String, max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a62")]
    pub report: Uuid,
}

/// Which listing, public or not any more.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfListing {
    /// The listing's id.
    #[param(value_type = String, max_length = 36, example = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c")]
    pub listing: Uuid,
}

/// What the sender saw last.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "only its documentation is used")]
pub(super) struct Seen {
    /// The `ETag` of what was seen, one. Only the version in it is compared, so the weak one of a public answer,
    /// `W/"3-89abcdef01234567"`, does as well as the strong one of an answer for staff, `"3"`; `*` and lists do not.
    #[param(rename = "If-Match", max_length = 60, example = "\"1\"")]
    if_match: String,
}

/// By what a repetition is known.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "only its documentation is used")]
pub(super) struct Key {
    /// Drawn by the sender, a new one for each thing; kept for a day.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 8,
        max_length = 200,
        pattern = "^[!-~]+$",
        example = "5a0c7a52-0c8d-4c3e-9d0c-0a1b2c3d4e5f"
    )]
    key: String,
}

/// An id in a query, as answers write it.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdText(pub Uuid);

impl<'de> Deserialize<'de> for IdText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // The other ways to write one are not in the document.
        let id = Uuid::parse_str(&text).ok().filter(|_| text.len() == 36);
        id.map(Self)
            .ok_or_else(|| D::Error::custom("an id such as 019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"))
    }
}

/// Which page of how many.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// How many on a page; 20 where absent.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[validate(range(min = 1, max = 100, message = "1 to 100"))]
    pub limit: Option<u16>,
    /// The `next` of the page before, unchanged.
    #[param(max_length = 1000, pattern = "^[A-Za-z0-9_-]+$")]
    #[validate(length(max = 1000, message = "a cursor as it was given out"))]
    pub cursor: Option<String>,
}

impl Part for Paging {}

impl Paging {
    /// So many on a page.
    pub(super) fn size(&self) -> u16 {
        self.limit.unwrap_or(20)
    }
}

/// `lat,lon` in degrees; digits of any script.
#[derive(Clone, Copy, Debug)]
pub(super) struct PointText(pub Point);

const POINT: &str = "latitude,longitude in degrees, such as 23.81,90.41";

impl<'de> Deserialize<'de> for PointText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let [lat, lon] =
            numbers(&String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom(POINT))?;
        Point::new(lat, lon).map(Self).map_err(D::Error::custom)
    }
}

/// A point, or the name of an area in any language.
#[derive(Clone, Debug)]
pub(super) enum NearText {
    Point(Point),
    Name(String),
}

/// Longest name of an area, in characters.
const LONGEST_NAME: usize = 100;

impl<'de> Deserialize<'de> for NearText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if is_name(&text) {
            return Ok(Self::Name(text));
        }
        let [lat, lon] = numbers(&text).ok_or_else(|| D::Error::custom(NEAR))?;
        Point::new(lat, lon)
            .map(Self::Point)
            .map_err(D::Error::custom)
    }
}

const NEAR: &str =
    "latitude,longitude in degrees, such as 23.81,90.41, or the name of an area of /v1/areas";

/// Whether the text may be the name of an area: it has letters and no comma, as points have.
fn is_name(text: &str) -> bool {
    text.contains(char::is_alphabetic)
        && !text.contains(',')
        && text.chars().count() <= LONGEST_NAME
}

/// `west,south,east,north` in degrees; a west greater than the east crosses the antimeridian.
#[derive(Clone, Copy, Debug)]
pub(super) struct BoxText(pub Rectangle);

const BOX: &str =
    "west,south,east,north in degrees with south at most north, such as 90.3,23.7,90.5,23.9";

/// Said apart, because no pattern can say it.
const UPSIDE_DOWN: &str = "a south that is at most the north, as in 90.3,23.7,90.5,23.9";

impl<'de> Deserialize<'de> for BoxText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom(BOX);
        let [west, south, east, north] =
            numbers(&String::deserialize(deserializer)?).ok_or_else(wrong)?;
        if Point::new(south, west).is_err() || Point::new(north, east).is_err() {
            return Err(wrong());
        }
        if south > north {
            return Err(D::Error::custom(UPSIDE_DOWN));
        }
        Ok(Self(Rectangle {
            west,
            south,
            east,
            north,
        }))
    }
}

fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let text = ascii_digits(text);
    let mut parts = text.split(',');
    let first = parts.next().and_then(number);
    let rest = parts.map(|part| number(part.strip_prefix(' ').unwrap_or(part)));
    let all: Option<Vec<f64>> = std::iter::once(first).chain(rest).take(N + 1).collect();
    all?.try_into().ok()
}

/// A plain decimal, as the document's patterns have it: Rust would also read `inf`, `1e9` and any number of zeros.
fn number(text: &str) -> Option<f64> {
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let size = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = size.split_once('.').unwrap_or((size, "0"));
    let canonical = whole == "0" || !whole.starts_with('0');
    let plain = canonical && digits(whole, 3) && digits(fraction, 20);
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_written_one_way() {
        let id = |text: &str| serde_json::from_value::<IdText>(json!(text)).is_ok();
        assert!(id("019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"));
        assert!(id("019A2B3C-4D5E-7F60-8A9B-0C1D2E3F4A5B"));
        for other in [
            "",
            "moner-alo",
            "019a2b3c4d5e7f608a9b0c1d2e3f4a5b",
            "{019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b}",
        ] {
            assert!(!id(other), "{other}");
        }
    }

    #[test]
    fn points_and_boxes_are_on_earth() {
        let point = |text: &str| {
            serde_json::from_value::<PointText>(json!(text))
                .ok()
                .map(|point| point.0)
        };
        assert_eq!(
            point("23.81, 90.41"),
            Some(Point {
                lat: 23.81,
                lon: 90.41
            })
        );
        assert_eq!(
            point("২৩.৮১,৯০.৪১"),
            Some(Point {
                lat: 23.81,
                lon: 90.41
            })
        );
        for wrong in [
            "91,0",
            "0,181",
            "nan,0",
            "1",
            "1,2,3",
            "",
            "1e999,0",
            "inf,0",
            "23.81 90.41",
            "023.81,90.41",
            "1e1,90",
            "+1,2",
            "1,  2",
            ".5,1",
            "5.,1",
            "-0,-0000",
        ] {
            assert!(point(wrong).is_none(), "{wrong}");
        }
        let rectangle = |text: &str| serde_json::from_value::<BoxText>(json!(text)).is_ok();
        assert!(rectangle("90,23,91,24") && rectangle("179,-18,-179,-16"));
        assert!(!rectangle("90,24,91,23") && !rectangle("90,23,91") && !rectangle("190,23,191,24"));
    }
}
