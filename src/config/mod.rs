//! Settings from the environment, typed; every fault is reported at once.
//!
//! Nothing has to be set: the defaults are a whole directory on this machine. Secrets do not print themselves.

use std::{net::SocketAddr, path::PathBuf};

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
}

/// A setting that cannot be read. The value is not repeated: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFault {
    pub name: &'static str,
    pub expected: String,
}

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
    database_url: Option<String>,
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
            database_url: set("DATABASE_URL"),
        };
        Self::read(raw, privileged)
    }

    fn read(raw: Raw, privileged: bool) -> Result<Self, SettingsError> {
        let mut faults = Vec::new();
        let set = |value: Option<String>| value.filter(|text| !text.trim().is_empty());
        let listen = set(raw.haven_listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen = listen
            .parse()
            .map_err(|_| ("HAVEN_LISTEN", "an address and port such as 127.0.0.1:8080"));
        let country = match set(raw.haven_country) {
            Some(code) if code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()) => {
                Ok(Some(code))
            }
            Some(_) => Err(("HAVEN_COUNTRY", "an ISO 3166-1 code such as BD")),
            None => Ok(None),
        };
        let database_url = set(raw.database_url);
        let scheme = database_url.as_ref().is_none_or(|url| {
            url.starts_with("postgres://")
                || url.starts_with("postgresql://")
                || url.contains("host=")
        });
        let fault = |(name, expected): (&'static str, &str)| SettingFault {
            name,
            expected: expected.to_owned(),
        };
        if !scheme {
            faults.push(fault((
                "DATABASE_URL",
                "an address such as postgres://user@host/database",
            )));
        }
        faults.extend(listen.as_ref().err().copied().map(fault));
        faults.extend(country.as_ref().err().copied().map(fault));
        let default_dir = if privileged {
            "/var/lib/haven"
        } else {
            ".haven"
        };
        let data_dir = set(raw.haven_data_dir)
            .unwrap_or_else(|| default_dir.to_owned())
            .into();
        match (listen, country) {
            (Ok(listen), Ok(country)) if faults.is_empty() => Ok(Self {
                listen,
                data_dir,
                country,
                database_url: database_url.map(SecretString::from),
            }),
            _ => Err(SettingsError(faults)),
        }
    }

    /// The address of the database, where one is set.
    #[must_use]
    pub fn database_address(&self) -> Option<&str> {
        self.database_url.as_ref().map(|url| url.expose_secret())
    }
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
            haven_data_dir: None,
        };
        let SettingsError(faults) = Settings::read(raw, false).unwrap_err();
        let names: Vec<&str> = faults.iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["DATABASE_URL", "HAVEN_LISTEN", "HAVEN_COUNTRY"]);
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
