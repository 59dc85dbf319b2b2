//! Ways to reach a listing.
//!
//! Short codes (999, 119, 12356, 988) are first-class: they never pass through a phone-number library, which would
//! prefix them with a country code and make them undiallable.

use phonenumber::country::Id as Region;
use uuid::Uuid;

use super::{
    country::Country, digits::ascii_digits, language::Language, offer::ContactCost, place::Hours,
    text::LocalisedText,
};

enumeration! {
    /// By what means one reaches somebody.
    Channel {
        Voice = "voice",
        Sms = "sms",
        Whatsapp = "whatsapp",
        Telegram = "telegram",
        Line = "line",
        Wechat = "wechat",
        Email = "email",
        WebChat = "web_chat",
        WebForm = "web_form",
    }
}

enumeration! {
    /// The two forms of a number.
    NumberKind {
        E164 = "e164",
        ShortCode = "short_code",
    }
}

/// Where a contact leads, in the form that its channel takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `+8809612119911`.
    E164(String),
    /// `999`, diallable in this country only.
    ShortCode(String, Country),
    /// An e-mail address.
    Email(String),
    /// An https or http address.
    Url(String),
    /// A name within the channel's own service.
    Handle(String),
}

/// The value does not fit its channel.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    #[error("a telephone number as dialled in its country, or with + and the country code")]
    Number,
    #[error("a whole telephone number: this service knows nobody by a short code")]
    Whole,
    #[error("the `country` of a number that does not begin with +")]
    Country,
    #[error("an e-mail address")]
    Email,
    #[error("an address that begins with https:// or http://")]
    Url,
    #[error("an account name of 1 to 100 characters")]
    Handle,
}

/// Longest short code in service anywhere; longer strings of digits are full numbers.
const SHORT_CODE_DIGITS: usize = 6;

impl Address {
    /// Reads what was typed for `channel`; digits may be of any script, and separated.
    pub fn parse(
        channel: Channel,
        value: &str,
        country: Option<Country>,
    ) -> Result<Self, AddressError> {
        match channel {
            Channel::Voice | Channel::Sms => Self::parse_number(value, country),
            // It knows nobody by a short code.
            Channel::Whatsapp => match Self::parse_number(value, country)? {
                Self::ShortCode(..) => Err(AddressError::Whole),
                number => Ok(number),
            },
            Channel::Email => Self::parse_email(value),
            Channel::WebChat | Channel::WebForm => Self::parse_url(value),
            Channel::Telegram | Channel::Line | Channel::Wechat => match Self::parse_url(value) {
                Ok(url) => Ok(url),
                Err(_) if (1..=100).contains(&value.trim().chars().count()) => {
                    Ok(Self::Handle(value.trim().to_owned()))
                }
                Err(_) => Err(AddressError::Handle),
            },
        }
    }

    /// Reads back what `parse` made. A number in its stored form is taken as it is: asking the phone-number library
    /// again would cost more than the whole rest of a listing.
    pub fn stored(
        channel: Channel,
        value: &str,
        country: Option<Country>,
    ) -> Result<Self, AddressError> {
        let dialled = matches!(channel, Channel::Voice | Channel::Sms | Channel::Whatsapp);
        match value.strip_prefix('+') {
            Some(digits) if dialled && is_e164(digits) => Ok(Self::E164(value.to_owned())),
            _ => Self::parse(channel, value, country),
        }
    }

    fn parse_number(value: &str, country: Option<Country>) -> Result<Self, AddressError> {
        let typed = ascii_digits(value.trim());
        let separator = |c: char| {
            matches!(
                c,
                ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}' | '\u{2010}'..='\u{2015}'
            )
        };
        let compact: String = typed.chars().filter(|c| !separator(*c)).collect();
        let digits = compact.strip_prefix('+').unwrap_or(&compact);
        if !is_e164(digits) {
            return Err(AddressError::Number);
        }
        if compact.len() <= SHORT_CODE_DIGITS && !compact.starts_with('+') {
            return Ok(Self::ShortCode(
                compact,
                country.ok_or(AddressError::Country)?,
            ));
        }
        let region: Option<Region> = country.and_then(|country| country.as_str().parse().ok());
        if !compact.starts_with('+') && region.is_none() {
            return Err(AddressError::Country);
        }
        let number = phonenumber::parse(region, &compact).map_err(|_| AddressError::Number)?;
        Ok(Self::E164(
            number.format().mode(phonenumber::Mode::E164).to_string(),
        ))
    }

    fn parse_email(value: &str) -> Result<Self, AddressError> {
        let value = value.trim();
        let (local, host) = value.rsplit_once('@').ok_or(AddressError::Email)?;
        let sound = !local.is_empty() && host.contains('.') && value.len() <= 254;
        if sound && !value.contains(char::is_whitespace) {
            Ok(Self::Email(value.to_owned()))
        } else {
            Err(AddressError::Email)
        }
    }

    fn parse_url(value: &str) -> Result<Self, AddressError> {
        match web_address(value) {
            Some(url) => Ok(Self::Url(url)),
            None => Err(AddressError::Url),
        }
    }

    /// Whether such a number is given out where it would ring, as far as is known; true of all that is no full number.
    #[must_use]
    pub fn is_given_out(&self) -> bool {
        match self {
            Self::E164(number) => {
                phonenumber::parse(None, number).is_ok_and(|number| number.is_valid())
            }
            _ => true,
        }
    }

    /// The value as stored and shown.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::E164(v)
            | Self::ShortCode(v, _)
            | Self::Email(v)
            | Self::Url(v)
            | Self::Handle(v) => v,
        }
    }

    /// Which form a number has; none for what is no number.
    #[must_use]
    pub fn number_kind(&self) -> Option<NumberKind> {
        match self {
            Self::E164(_) => Some(NumberKind::E164),
            Self::ShortCode(..) => Some(NumberKind::ShortCode),
            _ => None,
        }
    }

    /// What a phone opens: `tel:999`, `sms:+1…`, `mailto:…`, or the address itself.
    #[must_use]
    pub fn uri(&self, channel: Channel) -> Option<String> {
        match (self, channel) {
            (Self::E164(v), Channel::Whatsapp) => {
                Some(format!("https://wa.me/{}", v.trim_start_matches('+')))
            }
            (Self::E164(v) | Self::ShortCode(v, _), Channel::Sms) => Some(format!("sms:{v}")),
            (Self::E164(v) | Self::ShortCode(v, _), _) => Some(format!("tel:{v}")),
            (Self::Email(v), _) => Some(format!("mailto:{v}")),
            (Self::Url(v), _) => Some(v.clone()),
            (Self::Handle(_), _) => None,
        }
    }
}

fn is_e164(digits: &str) -> bool {
    (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// `value` as an absolute web address, or nothing.
#[must_use]
pub fn web_address(value: &str) -> Option<String> {
    let url = url::Url::parse(value.trim()).ok()?;
    let web = matches!(url.scheme(), "https" | "http")
        && url.host_str().is_some_and(|host| host.contains('.'));
    (web && value.len() <= 2_000).then(|| url.to_string())
}

/// One way to reach a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    pub id: Option<Uuid>,
    pub channel: Channel,
    pub address: Address,
    pub extension: Option<String>,
    /// What to text.
    pub keyword: Option<String>,
    pub label: Option<LocalisedText>,
    pub spoken: Vec<Language>,
    pub hours: Option<Hours>,
    pub cost: Option<ContactCost>,
    /// Kept for staff where false, and never published.
    pub public: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: &str, country: &str) -> String {
        let country = Country::parse(country).ok();
        Address::parse(Channel::Voice, value, country)
            .unwrap()
            .uri(Channel::Voice)
            .unwrap()
    }

    #[test]
    fn short_codes_stay_as_they_are_dialled() {
        for (code, country) in [
            ("999", "BD"),
            ("119", "ID"),
            ("12356", "CN"),
            ("988", "US"),
            ("১৬১২৩", "BD"),
        ] {
            assert_eq!(number(code, country), format!("tel:{}", ascii_digits(code)));
        }
        assert_eq!(number("116 123", "GB"), "tel:116123");
    }

    #[test]
    fn full_numbers_become_e164() {
        assert_eq!(number("০৯৬১২-১১৯৯১১", "BD"), "tel:+8809612119911");
        assert_eq!(number("+62 21 500 454", "ID"), "tel:+6221500454");
        assert_eq!(number("400-161-9995", "CN"), "tel:+864001619995");
        assert_eq!(number("2389 2222", "HK"), "tel:+85223892222");
    }

    #[test]
    fn what_is_stored_reads_back() {
        let bangladesh = Country::parse("BD").ok();
        for (channel, typed) in [
            (Channel::Voice, "০৯৬১২-১১৯৯১১"),
            (Channel::Sms, "999"),
            (Channel::Whatsapp, "+62 21 500 454"),
            (Channel::Email, "help@example.org"),
            (Channel::Telegram, "+880helps"),
        ] {
            let address = Address::parse(channel, typed, bangladesh).unwrap();
            let stored = Address::stored(channel, address.value(), bangladesh).unwrap();
            assert_eq!(stored, address);
        }
        for bad in ["+", "+12a", "+1234567890123456", "9".repeat(9).as_str()] {
            assert!(Address::stored(Channel::Voice, bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn refuses_what_cannot_be_dialled() {
        for bad in ["", "call us", "12+34567", "1234567890123456"] {
            assert!(
                Address::parse(Channel::Voice, bad, Country::parse("BD").ok()).is_err(),
                "{bad}"
            );
        }
        assert!(Address::parse(Channel::Voice, "999", None).is_err());
        assert!(Address::parse(Channel::WebChat, "javascript:alert(1)", None).is_err());
    }
}
