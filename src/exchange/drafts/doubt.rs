//! What may be wrong in a draft though nothing is lacking.

use serde_json::Value;

use crate::domain::{
    contact::{Address, Channel},
    country::Country,
    fault::{Fault, FaultCode},
};

/// Numbers as none is given out where they would ring, each with how it would be dialled. Somebody who types fast leaves a
/// digit out; but a plan of numbers may be newer than what is known of it here, so that this is for people to decide.
#[must_use]
pub fn doubts(body: &Value) -> Vec<Fault> {
    let contacts = body["contacts"].as_array().into_iter().flatten();
    let doubt = |(index, contact): (usize, &Value)| {
        let channel = contact["channel"].as_str().and_then(Channel::parse)?;
        let country = contact["country"].as_str();
        let country = country.and_then(|code| Country::parse(code).ok());
        let address = Address::parse(channel, contact["value"].as_str()?, country).ok()?;
        if address.is_given_out() {
            return None;
        }
        let dialled = address.value();
        let expected = format!(
            "a number as they are given out in its country; this one is dialled as {dialled}"
        );
        let at = format!("/contacts/{index}/value");
        Some(Fault::new(at, FaultCode::Malformed, expected))
    };
    contacts.enumerate().filter_map(doubt).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_digit_too_few_is_doubted_and_no_number_that_is_there() {
        let voice = |value: &str, country: &str| json!({"channel": "voice", "value": value, "country": country});
        let body = json!({"contacts": [voice("01711-000001", "BD"), voice("01711-00000", "BD"), voice("999", "BD"),
            voice("+880 1711", "BD"), voice("400-161-9995", "CN"), voice("09612-119911", "BD"), voice("call us", "BD"),
            {"channel": "email", "value": "a@b.org"}]});
        let at: Vec<String> = doubts(&body)
            .into_iter()
            .map(|doubt| doubt.pointer)
            .collect();
        assert_eq!(at, ["/contacts/1/value", "/contacts/3/value"]);
        assert!(doubts(&json!({})).is_empty());
    }
}
