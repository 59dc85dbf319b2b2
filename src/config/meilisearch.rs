//! The settings of a Meilisearch server that answers for words.

use std::time::Duration;

use secrecy::SecretString;

use super::SettingFault;

/// A Meilisearch server.
#[derive(Clone, Debug)]
pub struct MeilisearchSettings {
    pub url: String,
    pub key: Option<SecretString>,
    /// How long an answer of it is waited for, before the engine in the process answers.
    pub budget: Duration,
}

/// The budget where none is set, and the bounds of one that is.
const BUDGET_MS: u64 = 300;
const BUDGETS_MS: std::ops::RangeInclusive<u64> = 20..=5_000;

#[derive(Default)]
pub(super) struct Raw {
    url: Option<String>,
    key: Option<String>,
    budget_ms: Option<String>,
}

impl Raw {
    pub(super) fn from_environment() -> Self {
        let set = |name: &str| std::env::var(name).ok();
        Self {
            url: set("MEILISEARCH_URL"),
            key: set("MEILISEARCH_KEY"),
            budget_ms: set("MEILISEARCH_BUDGET_MS"),
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
        let spoken = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        if url.as_ref().is_some_and(|url| !spoken(url)) {
            fault(
                "MEILISEARCH_URL",
                "an address such as http://127.0.0.1:7700",
            );
        }
        let budget = set(self.budget_ms).map_or(Some(BUDGET_MS), |text| text.trim().parse().ok());
        let budget = budget.filter(|ms| BUDGETS_MS.contains(ms));
        if budget.is_none() {
            fault("MEILISEARCH_BUDGET_MS", "milliseconds from 20 to 5000");
        }
        Some(MeilisearchSettings {
            url: url?,
            key: set(self.key).map(SecretString::from),
            budget: Duration::from_millis(budget?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str, budget: &str) -> (Option<MeilisearchSettings>, Vec<&'static str>) {
        let raw = Raw {
            url: Some(url.to_owned()),
            key: Some("secret".to_owned()),
            budget_ms: Some(budget.to_owned()),
        };
        let mut faults = Vec::new();
        let settings = raw.read(&mut faults);
        (settings, faults.iter().map(|fault| fault.name).collect())
    }

    #[test]
    fn a_server_has_an_address_and_a_budget() {
        let (settings, faults) = read("http://127.0.0.1:7700", "");
        let settings = settings.unwrap();
        assert_eq!(settings.budget, Duration::from_millis(300));
        assert!(faults.is_empty() && !format!("{settings:?}").contains("secret"));
        let both = vec!["MEILISEARCH_URL", "MEILISEARCH_BUDGET_MS"];
        assert_eq!(read("localhost:7700", "soon").1, both);
        assert!(read("", "250").0.is_none() && read("", "250").1.is_empty());
    }
}
