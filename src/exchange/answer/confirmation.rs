//! How far a listing's facts can be trusted today, in words of the reader's language.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::reader::{Reader, Text};
use crate::domain::{
    confirmation::{self, ConfirmationState},
    confirmed::Confirmed,
    language::Language,
    listing::Listing,
};

/// When the facts were last confirmed, and whether that is long ago.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "known_on": "2025-03-01", "state": "overdue", "overdue": true, "notice": {"text": "Not yet confirmed; the facts are from 1 March 2025.", "lang": "en"}
}))]
pub struct Confirmation {
    /// The latest day on which somebody confirmed the facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub confirmed_on: Option<Date>,
    /// The day from which the facts are: confirmed, else retrieved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub known_on: Option<Date>,
    /// The day on which a new confirmation falls due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Date>,
    /// `unconfirmed` is what has been overdue for long: nobody who could confirm it does. It comes last among equals.
    pub state: ConfirmationState,
    /// Whether it is anything but confirmed.
    pub overdue: bool,
    /// What to tell the searcher, where it is overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Text>,
    /// Values that somebody confirmed by themselves since the whole was; with the whole listing only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub fields: Vec<FieldConfirmation>,
}

/// A single value that somebody confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"pointer": "/contacts/0", "confirmed_on": "2026-11-26"}))]
pub struct FieldConfirmation {
    /// Where it stands in this answer, a JSON Pointer.
    pub pointer: String,
    #[schema(value_type = String, format = Date)]
    pub confirmed_on: Date,
}

impl Confirmation {
    /// As it stands on the reader's day.
    #[must_use]
    pub fn of(confirmation: &confirmation::Confirmation, reader: &Reader<'_>) -> Self {
        let state = confirmation.state(reader.today());
        let overdue = state != ConfirmationState::Confirmed;
        let since = confirmation.known_on.filter(|_| overdue);
        let was_confirmed = confirmation.confirmed_on.is_some();
        Self {
            confirmed_on: confirmation.confirmed_on,
            known_on: confirmation.known_on,
            due_on: confirmation.due_on,
            state,
            overdue,
            notice: since.and_then(|since| match state {
                ConfirmationState::Unconfirmed => doubt(since, was_confirmed, reader),
                _ => notice(since, was_confirmed, reader),
            }),
            fields: Vec::new(),
        }
    }

    /// With what was confirmed by itself.
    #[must_use]
    pub fn with_fields(self, listing: &Listing) -> Self {
        let shown = |confirmed: &Confirmed| {
            Some(FieldConfirmation {
                pointer: confirmed.field.pointer(listing)?,
                confirmed_on: confirmed.on,
            })
        };
        Self {
            fields: listing.confirmed.iter().filter_map(shown).collect(),
            ..self
        }
    }
}

/// English first: it is what readers of other languages get.
const LANGUAGES: [&str; 5] = ["en", "bn", "id", "zh-Hans", "zh-Hant"];

#[rustfmt::skip] // One line a language.
const MONTHS: [(&str, [&str; 12]); 3] = [
    ("en", ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]),
    ("bn", ["জানুয়ারি", "ফেব্রুয়ারি", "মার্চ", "এপ্রিল", "মে", "জুন", "জুলাই", "আগস্ট", "সেপ্টেম্বর", "অক্টোবর", "নভেম্বর", "ডিসেম্বর"]),
    ("id", ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"]),
];

/// What nobody ever confirmed says so, and from when its facts are.
fn notice(since: Date, was_confirmed: bool, reader: &Reader<'_>) -> Option<Text> {
    let tag = reader.own(&LANGUAGES);
    let date = written(since, tag);
    let text = match (tag, was_confirmed) {
        ("zh-Hans", true) => format!("自{date}起未再确认。"),
        ("zh-Hans", false) => format!("尚未确认；资料截至{date}。"),
        ("zh-Hant", true) => format!("自{date}起未再確認。"),
        ("zh-Hant", false) => format!("尚未確認；資料截至{date}。"),
        ("bn", true) => bengali(&format!("{date}-এর পর আর নিশ্চিত করা হয়নি।")),
        ("bn", false) => bengali(&format!("এখনও নিশ্চিত করা হয়নি; তথ্যগুলো {date}-এর।")),
        ("id", true) => format!("Belum dikonfirmasi lagi sejak {date}."),
        ("id", false) => format!("Belum pernah dikonfirmasi; datanya dari {date}."),
        (_, true) => format!("Not confirmed since {date}."),
        (_, false) => format!("Not yet confirmed; the facts are from {date}."),
    };
    said(text, tag)
}

/// What has been overdue for long says that nobody confirms it, and may not be so any more.
fn doubt(since: Date, was_confirmed: bool, reader: &Reader<'_>) -> Option<Text> {
    let tag = reader.own(&LANGUAGES);
    let date = written(since, tag);
    let text = match (tag, was_confirmed) {
        ("zh-Hans", true) => format!("未经确认：自{date}起无人确认，情况可能已有变化。"),
        ("zh-Hans", false) => format!("未经确认：从未有人确认，资料截至{date}，情况可能已有变化。"),
        ("zh-Hant", true) => format!("未經確認：自{date}起無人確認，情況可能已有變化。"),
        ("zh-Hant", false) => format!("未經確認：從未有人確認，資料截至{date}，情況可能已有變化。"),
        ("bn", true) => bengali(&format!(
            "অনিশ্চিত: {date}-এর পর কেউ নিশ্চিত করেনি; তথ্য বদলে গিয়ে থাকতে পারে।"
        )),
        ("bn", false) => bengali(&format!(
            "অনিশ্চিত: কেউ কখনও নিশ্চিত করেনি; তথ্যগুলো {date}-এর, বদলে গিয়ে থাকতে পারে।"
        )),
        ("id", true) => format!(
            "Tidak terkonfirmasi: tidak ada yang mengonfirmasinya sejak {date}; mungkin sudah berubah."
        ),
        ("id", false) => format!(
            "Tidak terkonfirmasi: belum pernah ada yang mengonfirmasinya; datanya dari {date} dan mungkin sudah berubah."
        ),
        (_, true) => {
            format!("Unconfirmed: nobody has confirmed it since {date}; it may have changed.")
        }
        (_, false) => format!(
            "Unconfirmed: nobody has ever confirmed it; the facts are from {date} and may have changed."
        ),
    };
    said(text, tag)
}

fn said(text: String, tag: &str) -> Option<Text> {
    let lang = Language::parse(tag).ok()?;
    Some(Text { text, lang })
}

/// The day as readers of the language write it; Bengali digits come with the whole sentence.
fn written(date: Date, tag: &str) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    match tag {
        "zh-Hans" | "zh-Hant" => format!("{year}年{month}月{day}日"),
        _ => format!("{day} {} {year}", month_name(tag, month)),
    }
}

fn month_name(tag: &str, month: i8) -> &'static str {
    let names = MONTHS
        .iter()
        .find(|(language, _)| *language == tag)
        .map(|(_, names)| names);
    let at = usize::try_from(month).unwrap_or(1).saturating_sub(1);
    names
        .and_then(|names| names.get(at))
        .copied()
        .unwrap_or_default()
}

/// `text` with its digits as Bengali readers write them.
fn bengali(text: &str) -> String {
    let digit = |c: char| match c.to_digit(10) {
        Some(value) => char::from_u32('০' as u32 + value).unwrap_or(c),
        None => c,
    };
    text.chars().map(digit).collect()
}
