//! The settings of a Meilisearch server that answers for words.

use std::{ops::RangeInclusive, time::Duration};

use secrecy::SecretString;

use super::SettingFault;

/// A Meilisearch server.
#[derive(Clone, Debug)]
pub struct MeilisearchSettings {
    pub url: String,
    pub key: Option<SecretString>,
    /// How long an answer of it is waited for, before the engine in the process answers.
    pub budget: Duration,
    /// How long its index is taken to be as it was when it was last looked at, so that what it answered is given again;
    /// zero where nothing is.
    pub remember: Duration,
}

/// The budget where none is set, and the bounds of one that is.
const BUDGET_MS: u64 = 300;
const BUDGETS_MS: RangeInclusive<u64> = 20..=5_000;

/// How long the index is taken to be as it was, where nothing is set, and the bounds of what is set.
const REMEMBER_MS: u64 = 1_000;
const REMEMBERED_MS: RangeInclusive<u64> = 0..=60_000;

#[derive(Default)]
pub(super) struct Raw {
    url: Option<String>,
    key: Option<String>,
    budget_ms: Option<String>,
    remember_ms: Option<String>,
}

impl Raw {
    pub(super) fn from_environment() -> Self {
        let set = |name: &str| std::env::var(name).ok();
        Self {
            url: set("MEILISEARCH_URL"),
            key: set("MEILISEARCH_KEY"),
            budget_ms: set("MEILISEARCH_BUDGET_MS"),
            remember_ms: set("MEILISEARCH_REMEMBER_MS"),
        }
    }

    /// The server, where one is set.
    pub(super) fn read(self, faults: &mut Vec<SettingFault>) -> Option<MeilisearchSettings> {
        let set = |value: Option<String>| value.filter(|text| !text.trim().is_empty());
        let mut fault = |name, expected: &str| {
            faults.push(SettingFault {
                name,
                expected: expected.to_owned(),
            });
        };
        let url = set(self.url);
        if url.as_ref().is_some_and(|url| !is_address(url)) {
            fault(
                "MEILISEARCH_URL",
                "an address such as http://127.0.0.1:7700, without a password: MEILISEARCH_KEY is its place",
            );
        }
        let budget = milliseconds(set(self.budget_ms), BUDGET_MS, &BUDGETS_MS);
        if budget.is_none() {
            fault("MEILISEARCH_BUDGET_MS", "milliseconds from 20 to 5000");
        }
        let remember = milliseconds(set(self.remember_ms), REMEMBER_MS, &REMEMBERED_MS);
        if remember.is_none() {
            fault("MEILISEARCH_REMEMBER_MS", "milliseconds from 0 to 60000");
        }
        Some(MeilisearchSettings {
            url: url?,
            key: set(self.key).map(SecretString::from),
            budget: budget?,
            remember: remember?,
        })
    }
}

/// Whether it is an address that may be shown: there is no name or password in it.
fn is_address(url: &str) -> bool {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('@'))
}

/// A number of milliseconds within bounds; none where something else is set.
fn milliseconds(
    set: Option<String>,
    otherwise: u64,
    bounds: &RangeInclusive<u64>,
) -> Option<Duration> {
    let ms = set.map_or(Some(otherwise), |text| text.trim().parse().ok());
    ms.filter(|ms| bounds.contains(ms))
        .map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        url: &str,
        budget: &str,
        remember: &str,
    ) -> (Option<MeilisearchSettings>, Vec<&'static str>) {
        let raw = Raw {
            url: Some(url.to_owned()),
            key: Some("secret".to_owned()),
            budget_ms: Some(budget.to_owned()),
            remember_ms: Some(remember.to_owned()),
        };
        let mut faults = Vec::new();
        let settings = raw.read(&mut faults);
        (settings, faults.iter().map(|fault| fault.name).collect())
    }

    #[test]
    fn a_server_has_an_address_and_a_budget() {
        let (settings, faults) = read("http://127.0.0.1:7700", "", "0");
        let settings = settings.unwrap();
        assert_eq!(settings.budget, Duration::from_millis(300));
        assert_eq!(settings.remember, Duration::ZERO);
        assert!(faults.is_empty() && !format!("{settings:?}").contains("secret"));
        let all = vec![
            "MEILISEARCH_URL",
            "MEILISEARCH_BUDGET_MS",
            "MEILISEARCH_REMEMBER_MS",
        ];
        assert_eq!(read("localhost:7700", "soon", "ever").1, all);
        let (unset, _) = read("https://words.example/", "", "");
        assert_eq!(unset.unwrap().remember, Duration::from_secs(1));
        for hidden in ["http://haven:secret@words.example", "http://"] {
            assert_eq!(read(hidden, "", "").1, ["MEILISEARCH_URL"]);
        }
        assert!(read("", "250", "").0.is_none() && read("", "250", "").1.is_empty());
    }
}
