//! The columns of a sheet: what each is called, where in a listing it belongs, and how its cells are written.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::language::Language;

/// How a cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The id of a listing that is there.
    Listing,
    /// The version of it that was seen.
    Version,
    /// The language of texts whose heading names none.
    SourceLanguage,
    Text,
    /// One word that is the same in small letters, as a kind or a slug.
    Word,
    /// One word in capitals, as a country.
    Code,
    /// A text in one language.
    Localised,
    /// Such words, with commas or spaces between them.
    Words,
    /// Languages, with commas or spaces between them.
    Tags,
    /// Texts between bars.
    Texts,
    Whole,
    Decimal,
    Truth,
    Date,
    /// A local date and time.
    Moment,
    /// Weekdays with hours.
    Openings,
    /// A number as dialled, or an address.
    Dialled,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub heading: String,
    /// JSON Pointer into the listing; empty where it says something about the row.
    pub at: String,
    pub form: Form,
    /// The language of a localised text, where the heading names one.
    pub language: Option<String>,
}

/// What a column is for.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SheetColumn, example = json!({"heading": "contact_1", "pointer": "/contacts/0/value",
    "meaning": "A number as dialled, an e-mail address or a web address. Further ones: contact_2 and so on.", "example": "01711-000001"}))]
pub struct ColumnAnswer {
    pub heading: String,
    /// Where it belongs in a listing; absent where it says something about the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub pointer: Option<String>,
    pub meaning: &'static str,
    pub example: &'static str,
}

/// Heading, pointer, form, meaning, example. `#` stands for a number from 1, in a pointer for one less.
type Line = (&'static str, &'static str, Form, &'static str, &'static str);

use Form::{
    Code, Date, Decimal, Dialled, Listing, Localised, Moment, Openings, SourceLanguage, Tags, Text,
    Texts, Truth, Version, Whole, Word, Words,
};

#[rustfmt::skip] // A table is read by its rows.
pub(super) const TABLE: &[Line] = &[
    ("listing", "", Listing, "The id of a listing that is there already; empty for a new one. Leave it as it was given out.", "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c"),
    ("version", "", Version, "The version of the listing that this row was made from; a row made from another than the present one is refused.", "4"),
    ("kind", "/kind", Word, "organisation, hub, support_group or helpline.", "hub"),
    ("slug", "/slug", Word, "A name for URLs; without `listing`, kind and slug tell which listing is meant.", "moner-alo-dhaka"),
    ("source_language", "", SourceLanguage, "The language of texts whose heading names none, as `name`.", "bn"),
    ("name", "/name", Localised, "Its name. `name:en` is the name in English; every text may have such columns.", "Moner Alo, Dhaka"),
    ("also_known_as", "/also_known_as", Texts, "Other names, with | between them.", "Moner Alo|MAD"),
    ("summary", "/summary", Localised, "One or two sentences.", "People listen here, and nobody pays."),
    ("description", "/description", Localised, "More of it, with line breaks where you like.", "In a quiet house behind the market."),
    ("topics", "/topics", Words, "Slugs of topics, with spaces or commas between them.", "grief depression"),
    ("spoken", "/spoken", Tags, "Languages in which help is given.", "bn en"),
    ("audience", "/audience", Words, "For whom it is.", "young_people women"),
    ("age_min", "/age/min", Whole, "From this age on.", "13"),
    ("age_max", "/age/max", Whole, "Up to this age.", "25"),
    ("delivery", "/delivery", Words, "in_person, online, hybrid, phone.", "in_person phone"),
    ("area", "/places/0/area", Word, "The code of the area where it is.", "bd-dhaka"),
    ("virtual", "/places/0/virtual", Truth, "Whether it is online only.", "no"),
    ("confidential", "/places/0/confidential", Truth, "Whether street and point stay secret. What is secret stays so until a cell says `no`.", "no"),
    ("place_name", "/places/0/name", Localised, "The name of the place.", "The old library"),
    ("street", "/places/0/street", Localised, "Street and number.", "12 Lake Road"),
    ("postal_code", "/places/0/postal_code", Text, "Postal code.", "1209"),
    ("lat", "/places/0/point/lat", Decimal, "Latitude in degrees.", "23.7461"),
    ("lon", "/places/0/point/lon", Decimal, "Longitude in degrees.", "90.3742"),
    ("precision", "/places/0/point/precision", Word, "How exact the point is.", "exact"),
    ("directions", "/places/0/directions", Localised, "How one finds it.", "Second floor, ring twice."),
    ("accessibility", "/places/0/accessibility", Words, "How one gets in.", "step_free"),
    ("time_zone", "/places/0/schedule/time_zone", Text, "IANA name of the time zone; hours and meetings need it.", "Asia/Dhaka"),
    ("hours", "/places/0/schedule/openings", Openings, "Weekly hours, with ; between them.", "mo,we 15:00-19:00; sa 10:00-12:00"),
    ("always_open", "/places/0/schedule/always_open", Truth, "Open 24 hours, every day.", "no"),
    ("by_appointment", "/places/0/schedule/by_appointment", Truth, "Only by appointment.", "yes"),
    ("meets_first", "/places/0/schedule/sessions/0/starts", Moment, "Local date and time of the first meeting.", "2026-01-05T19:00"),
    ("meets_minutes", "/places/0/schedule/sessions/0/minutes", Whole, "How long a meeting is.", "90"),
    ("meets_rule", "/places/0/schedule/sessions/0/rule", Text, "How it recurs, as in RFC 5545.", "FREQ=WEEKLY;BYDAY=MO"),
    ("covers", "/coverage/areas", Words, "Codes of the areas from which one may use it.", "bd"),
    ("covers_everywhere", "/coverage/everywhere", Truth, "Whether one may use it from everywhere.", "no"),
    ("contact_#", "/contacts/#/value", Dialled, "A number as dialled, an e-mail address or a web address. Further ones: contact_2 and so on.", "01711-000001"),
    ("contact_#_channel", "/contacts/#/channel", Word, "voice, sms, whatsapp, telegram, line, wechat, email, web_chat or web_form.", "voice"),
    ("contact_#_country", "/contacts/#/country", Code, "The country of a number that does not begin with +.", "BD"),
    ("contact_#_extension", "/contacts/#/extension", Text, "The extension to dial.", "12"),
    ("contact_#_keyword", "/contacts/#/keyword", Text, "What to text.", "HELP"),
    ("contact_#_spoken", "/contacts/#/spoken", Tags, "Languages of this contact.", "bn en"),
    ("contact_#_cost", "/contacts/#/cost", Word, "What a call costs.", "free"),
    ("contact_#_public", "/contacts/#/public", Truth, "`no` keeps it for staff. What is kept stays so until a cell says `yes`.", "yes"),
    ("link_#", "/links/#/url", Text, "The address of a page.", "https://example.org/"),
    ("link_#_rel", "/links/#/rel", Word, "What the page is.", "website"),
    ("link_#_lang", "/links/#/lang", Text, "The language of the page.", "bn"),
    ("intake", "/intake/state", Word, "open, waiting_list or closed.", "open"),
    ("intake_as_of", "/intake/as_of", Date, "As of which day.", "2026-02-01"),
    ("intake_wait_days", "/intake/wait_days", Whole, "How many days one waits.", "7"),
    ("access", "/access", Words, "How one comes in.", "drop_in"),
    ("cost_model", "/cost/model", Word, "What it costs.", "sliding"),
    ("cost_currency", "/cost/currency", Code, "ISO 4217 code.", "BDT"),
    ("cost_from", "/cost/from", Whole, "From this amount.", "100"),
    ("cost_to", "/cost/to", Whole, "Up to this amount.", "500"),
    ("cost_insurance", "/cost/insurance", Texts, "Insurers that pay, with | between them.", "Shasthya"),
    ("cost_note", "/cost/note", Localised, "What else there is to say of the cost.", "Nobody is sent away."),
    ("status", "/status/state", Word, "Whether it is there.", "operating"),
    ("status_from", "/status/from", Date, "From which day.", "2026-01-01"),
    ("status_until", "/status/until", Date, "Until which day.", "2026-02-01"),
    ("status_note", "/status/note", Localised, "What else there is to say of it.", "Since January in the new house."),
    ("moved_to", "/status/moved_to", Word, "Slug of where it went.", "moner-alo-sylhet"),
    ("organisation_kind", "/organisation_details/kind", Word, "Of an organisation: which kind.", "ngo"),
    ("legal_form", "/organisation_details/legal_form", Truth, "Of an organisation: whether it is registered as a legal body.", "yes"),
    ("founded", "/organisation_details/founded", Whole, "Of an organisation: in which year.", "2013"),
    ("hub_kind", "/hub_details/kind", Word, "Of a hub: which kind.", "drop_in"),
    ("part_of", "/hub_details/part_of", Word, "Of a hub: slug of the hub in which it is.", "moner-alo-house"),
    ("group_kind", "/group_details/kind", Word, "Of a support group: which kind.", "peer_led"),
    ("timing", "/group_details/timing", Word, "Of a support group: live or anytime.", "live"),
    ("led_by", "/group_details/led_by", Word, "Of a support group: who leads it.", "peer"),
    ("moderated_by", "/group_details/moderated_by", Word, "Of a support group: who moderates it.", "professional"),
    ("anonymity", "/group_details/anonymity", Words, "Of a support group: under which names one takes part.", "pseudonym"),
    ("readable_by", "/group_details/readable_by", Word, "Of a support group: who reads what is written.", "members"),
    ("joining", "/group_details/joining", Word, "Of a support group: how one joins.", "open"),
    ("join_link", "/group_details/join_link", Text, "Of a support group: where one joins.", "https://example.org/join"),
    ("approach", "/group_details/approach", Words, "Of a support group: how it works.", "sharing_circle"),
    ("leader_training", "/group_details/leader_training", Localised, "Of a support group: training of those who lead.", "Forty hours."),
    ("refers_to", "/group_details/refers_to", Words, "Of a support group: listings to which it refers people on.", "helpline/kaan-pete-roi"),
    ("crisis", "/helpline_details/crisis", Truth, "Of a helpline: whether it takes calls of people in danger of their lives.", "yes"),
    ("national", "/helpline_details/national", Truth, "Of a helpline: whether it is its country's national line.", "no"),
    ("answered_by", "/helpline_details/answered_by", Word, "Of a helpline: who answers.", "trained_volunteer"),
];

/// The column of a heading, whatever its case.
#[must_use]
pub fn find(heading: &str) -> Option<Column> {
    let heading = heading.trim();
    let (base, language) = match heading.split_once([':', '：']) {
        Some((base, tag)) => (base.trim(), Some(tag.trim())),
        None => (heading, None),
    };
    let base = base.to_ascii_lowercase();
    if base.contains('#') {
        return None;
    }
    let (pattern, number) = numbered(&base);
    let (_, at, form, ..) = TABLE.iter().find(|(own, ..)| *own == pattern)?;
    let language = match language {
        Some(tag) if *form == Form::Localised => Some(Language::parse(tag).ok()?.to_string()),
        Some(_) => return None,
        None => None,
    };
    let at = match number {
        Some(number) => at.replace('#', &number.checked_sub(1)?.to_string()),
        None => (*at).to_owned(),
    };
    Some(Column {
        heading: heading.to_owned(),
        at,
        form: *form,
        language,
    })
}

/// `contact_2_channel` as `contact_#_channel` and 2; at most 50.
fn numbered(base: &str) -> (String, Option<u32>) {
    let mut words: Vec<&str> = base.split('_').collect();
    let number = words.get(1).and_then(|word| word.parse::<u32>().ok());
    match (words.first(), number) {
        (Some(&("contact" | "link")), Some(number)) if (1..=50).contains(&number) => {
            words[1] = "#";
            (words.join("_"), Some(number))
        }
        _ => (base.to_owned(), None),
    }
}

/// Every column, for those who fill a sheet.
#[must_use]
pub fn described() -> Vec<ColumnAnswer> {
    let line = |(heading, at, _, meaning, example): &Line| ColumnAnswer {
        heading: heading.replace('#', "1"),
        pointer: (!at.is_empty()).then(|| at.replace('#', "0")),
        meaning,
        example,
    };
    TABLE.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_lead_into_a_listing() {
        let at = |heading: &str| find(heading).map(|column| (column.at, column.language));
        assert_eq!(
            at("Contact_2_Channel"),
            Some(("/contacts/1/channel".to_owned(), None))
        );
        assert_eq!(
            at(" name:zh-Hans "),
            Some(("/name".to_owned(), Some("zh-Hans".to_owned())))
        );
        assert_eq!(at("name：bn"), at("name:bn"), "with a wide colon");
        for other in [
            "contact_0",
            "contact_51",
            "contact_#",
            "kind:en",
            "name:?",
            "nmae",
            "",
        ] {
            assert_eq!(at(other), None, "{other}");
        }
        for own in described() {
            assert!(find(&own.heading).is_some(), "{}", own.heading);
        }
    }
}
