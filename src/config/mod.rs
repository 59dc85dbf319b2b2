//! Settings from the environment, typed; every fault is reported at once.
//!
//! Nothing has to be set: the defaults are a whole directory on this machine. Secrets do not print themselves.

mod meilisearch;
mod network;

use std::{net::SocketAddr, path::PathBuf};

pub use meilisearch::MeilisearchSettings;
pub use network::Network;
use secrecy::{ExposeSecret, SecretString};

/// What is set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where the private database and the indexes lie.
    pub data_dir: PathBuf,
    /// The two-letter code of the country whose crisis lines are shown to those who name none.
    pub country: Option<String>,
    /// A Postgres server to use instead of the private one.
    pub database_url: Option<SecretString>,
    /// Where the metrics are, which are nowhere unless this is set: they are for those who run the directory.
    pub metrics_listen: Option<SocketAddr>,
    /// The mail server, where there is one.
    pub smtp_url: Option<SecretString>,
    /// So many requests a minute for each address; 0 limits nobody.
    pub requests_per_minute: u32,
    /// What says truly for whom it asks.
    pub trusted_proxies: Vec<Network>,
    /// Who letters come from.
    pub mail_from: String,
    /// Where people find this directory, without a slash at the end.
    pub public_url: String,
    /// The licence under which whoever hands something in gives it, an SPDX identifier.
    pub licence: String,
    /// A Meilisearch server that answers for words.
    pub meilisearch: Option<MeilisearchSettings>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Human,
}

impl LogFormat {
    /// What `HAVEN_LOG_FORMAT` says; where it says nothing that can be read, people get text and programs JSON. A value
    /// that cannot be read is reported with the other settings, for which the log has to be there already.
    #[must_use]
    pub fn from_environment(terminal: bool) -> Self {
        let set = std::env::var("HAVEN_LOG_FORMAT").ok();
        set.as_deref().and_then(Self::parse).unwrap_or(if terminal {
            Self::Human
        } else {
            Self::Json
        })
    }

    fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "json" => Some(Self::Json),
            "human" => Some(Self::Human),
            _ => None,
        }
    }
}

/// A setting that cannot be read. The value is not repeated: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFault {
    pub name: &'static str,
    pub expected: String,
}

/// Fifty a second: whole towns share an address.
const PER_MINUTE: u32 = 3_000;
/// A proxy on this machine is whoever's who runs it.
const LOOPBACK: &str = "127.0.0.0/8,::1";

/// Free for all who copy the directory, and says whom to thank.
const LICENCE: &str = "CC-BY-4.0";

/// All settings that cannot be read.
#[derive(Debug, thiserror::Error)]
pub struct SettingsError(pub Vec<SettingFault>);

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{} should be {}", fault.name, fault.expected)?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Raw {
    haven_listen: Option<String>,
    haven_data_dir: Option<String>,
    haven_country: Option<String>,
    haven_log_format: Option<String>,
    haven_metrics_listen: Option<String>,
    database_url: Option<String>,
    haven_requests_per_minute: Option<String>,
    haven_trusted_proxies: Option<String>,
    haven_smtp_url: Option<String>,
    haven_mail_from: Option<String>,
    haven_public_url: Option<String>,
    haven_licence: Option<String>,
    meilisearch: meilisearch::Raw,
}

impl Settings {
    /// Reads the environment. `privileged` is whether the process runs as root, whose data lies elsewhere.
    ///
    /// # Errors
    /// All faults together.
    pub fn from_environment(privileged: bool) -> Result<Self, SettingsError> {
        let set = |name: &str| std::env::var(name).ok();
        let raw = Raw {
            haven_listen: set("HAVEN_LISTEN"),
            haven_data_dir: set("HAVEN_DATA_DIR"),
            haven_country: set("HAVEN_COUNTRY"),
            haven_log_format: set("HAVEN_LOG_FORMAT"),
            haven_metrics_listen: set("HAVEN_METRICS_LISTEN"),
            database_url: set("DATABASE_URL"),
            haven_requests_per_minute: set("HAVEN_REQUESTS_PER_MINUTE"),
            haven_trusted_proxies: set("HAVEN_TRUSTED_PROXIES"),
            haven_smtp_url: set("HAVEN_SMTP_URL"),
            haven_mail_from: set("HAVEN_MAIL_FROM"),
            haven_public_url: set("HAVEN_PUBLIC_URL"),
            haven_licence: set("HAVEN_LICENCE"),
            meilisearch: meilisearch::Raw::from_environment(),
        };
        Self::read(raw, privileged)
    }

    fn read(raw: Raw, privileged: bool) -> Result<Self, SettingsError> {
        let mut faults = Vec::new();
        let set = |value: Option<String>| value.filter(|text| !text.trim().is_empty());
        let database_url = set(raw.database_url);
        let mut expect = |name: &'static str, holds: bool, expected: &str| {
            if !holds {
                let expected = expected.to_owned();
                faults.push(SettingFault { name, expected });
            }
        };
        expect(
            "DATABASE_URL",
            database_url.as_deref().is_none_or(is_of_postgres),
            "an address such as postgres://user@host/database",
        );
        let listen = set(raw.haven_listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen: Option<SocketAddr> = listen.parse().ok();
        expect(
            "HAVEN_LISTEN",
            listen.is_some(),
            "an address and port such as 127.0.0.1:8080",
        );
        let country = set(raw.haven_country);
        let is_code =
            |code: &String| code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic());
        expect(
            "HAVEN_COUNTRY",
            country.as_ref().is_none_or(is_code),
            "an ISO 3166-1 code such as BD",
        );
        let metrics = set(raw.haven_metrics_listen);
        let metrics_listen: Option<SocketAddr> =
            metrics.as_ref().and_then(|text| text.parse().ok());
        expect(
            "HAVEN_METRICS_LISTEN",
            metrics.is_none() || metrics_listen.is_some(),
            "an address and port such as 127.0.0.1:9464",
        );
        let format = set(raw.haven_log_format);
        let known = |text: &String| LogFormat::parse(text).is_some();
        expect(
            "HAVEN_LOG_FORMAT",
            format.as_ref().is_none_or(known),
            "json or human",
        );
        let smtp_url = set(raw.haven_smtp_url);
        let mail = |url: &String| url.starts_with("smtp://") || url.starts_with("smtps://");
        expect(
            "HAVEN_SMTP_URL",
            smtp_url.as_ref().is_none_or(mail),
            "an address such as smtps://user:password@host, or smtp://127.0.0.1:25",
        );
        let public_url = set(raw.haven_public_url).map(|url| url.trim_end_matches('/').to_owned());
        let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        expect(
            "HAVEN_PUBLIC_URL",
            public_url.as_ref().is_none_or(web),
            "an address such as https://haven.example.org",
        );
        let per_minute = set(raw.haven_requests_per_minute);
        let requests_per_minute =
            per_minute.map_or(Some(PER_MINUTE), |text| text.trim().parse().ok());
        expect(
            "HAVEN_REQUESTS_PER_MINUTE",
            requests_per_minute.is_some(),
            "a whole number such as 3000, or 0 for no limit",
        );
        let requests_per_minute = requests_per_minute.unwrap_or_default();
        let proxies = set(raw.haven_trusted_proxies);
        let proxies = Network::parse_all(proxies.as_deref().unwrap_or(LOOPBACK));
        expect(
            "HAVEN_TRUSTED_PROXIES",
            proxies.is_some(),
            "addresses or networks such as 10.0.0.0/8,::1",
        );
        let trusted_proxies = proxies.unwrap_or_default();
        let licence = set(raw.haven_licence).map(|text| text.trim().to_owned());
        expect(
            "HAVEN_LICENCE",
            licence.as_deref().is_none_or(is_licence),
            "an SPDX identifier such as CC-BY-4.0 or CC0-1.0",
        );
        let meilisearch = raw.meilisearch.read(&mut faults);
        let Some(listen) = listen.filter(|_| faults.is_empty()) else {
            return Err(SettingsError(faults));
        };
        let data_dir = set(raw.haven_data_dir).map(PathBuf::from);
        Ok(Self {
            listen,
            data_dir: data_dir.unwrap_or_else(|| default_dir(privileged)),
            country,
            database_url: database_url.map(SecretString::from),
            metrics_listen,
            requests_per_minute,
            trusted_proxies,
            smtp_url: smtp_url.map(SecretString::from),
            mail_from: set(raw.haven_mail_from)
                .unwrap_or_else(|| "Haven <haven@localhost.localdomain>".to_owned()),
            public_url: public_url.unwrap_or_else(|| format!("http://{listen}")),
            licence: licence.unwrap_or_else(|| LICENCE.to_owned()),
            meilisearch,
        })
    }

    /// The address of the database, where one is set.
    #[must_use]
    pub fn database_address(&self) -> Option<&str> {
        self.database_url.as_ref().map(|url| url.expose_secret())
    }
}

fn is_of_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://") || url.contains("host=")
}

fn is_licence(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.+".contains(c);
    (1..=100).contains(&text.len()) && text.chars().all(plain)
}

fn default_dir(privileged: bool) -> PathBuf {
    let dir = if privileged {
        "/var/lib/haven"
    } else {
        ".haven"
    };
    dir.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_all_faults_at_once_and_repeats_no_value() {
        let raw = Raw {
            haven_listen: Some("here".into()),
            haven_country: Some("Bangladesh".into()),
            database_url: Some("mysql://user:secret@host/db".into()),
            haven_log_format: Some("xml".into()),
            haven_metrics_listen: Some("9464".into()),
            haven_requests_per_minute: Some("many".into()),
            haven_trusted_proxies: Some("10.0.0.0/40".into()),
            meilisearch: meilisearch::Raw::default(),
            haven_smtp_url: Some("mail.example.org".into()),
            haven_public_url: Some("haven.example.org".into()),
            haven_licence: Some("as you like".into()),
            ..Raw::default()
        };
        let SettingsError(faults) = Settings::read(raw, false).unwrap_err();
        let names: Vec<&str> = faults.iter().map(|fault| fault.name).collect();
        let all = [
            "DATABASE_URL",
            "HAVEN_LISTEN",
            "HAVEN_COUNTRY",
            "HAVEN_METRICS_LISTEN",
            "HAVEN_LOG_FORMAT",
            "HAVEN_SMTP_URL",
            "HAVEN_PUBLIC_URL",
            "HAVEN_REQUESTS_PER_MINUTE",
            "HAVEN_TRUSTED_PROXIES",
            "HAVEN_LICENCE",
        ];
        assert_eq!(names, all);
        assert!(!SettingsError(faults).to_string().contains("secret"));
    }

    #[test]
    fn needs_nothing() {
        let settings = Settings::read(Raw::default(), true).unwrap();
        assert_eq!(settings.data_dir, PathBuf::from("/var/lib/haven"));
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert!(settings.database_address().is_none());
    }
}
