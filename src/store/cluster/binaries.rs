//! Finds the installed Postgres programs.
//!
//! What is first on `PATH` wins, then the newest version in the places where distributions keep it; but a cluster
//! that exists already only fits the major version that made it.

use std::cmp::Reverse;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::ClusterError;
use super::home::Home;

/// The oldest major version that Haven's migrations run on.
pub(super) const OLDEST_MAJOR: u32 = 14;

/// Where distributions keep versioned programs: parent directory, prefix of the name, directory below it.
const VERSIONED: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt", "postgresql", "bin"),
];

const PLAIN: [&str; 3] = ["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"];

/// The two programs that a cluster needs, of one installation.
#[derive(Debug, Clone)]
pub struct Binaries {
    pub initdb: PathBuf,
    pub postgres: PathBuf,
    pub major: u32,
}

impl Binaries {
    /// The programs to run the cluster in `data_dir` with, or those for a new one where there is none yet.
    pub fn find(data_dir: &Path) -> Result<Binaries, ClusterError> {
        let home = Home::new(data_dir);
        let wanted = home.major();
        let mut too_old = None;
        for dir in places() {
            let Some(binaries) = Binaries::in_dir(&dir) else {
                continue;
            };
            match wanted {
                Some(wanted) if binaries.major == wanted => return Ok(binaries),
                Some(_) => {}
                None if binaries.major >= OLDEST_MAJOR => return Ok(binaries),
                None => too_old = Some((binaries.major, dir)),
            }
        }
        Err(match (wanted, too_old) {
            (Some(cluster), _) => ClusterError::WrongVersion {
                cluster,
                dir: home.data(),
            },
            (None, Some((major, dir))) => ClusterError::BinariesTooOld { major, dir },
            (None, None) => ClusterError::BinariesMissing,
        })
    }

    /// Another program of Postgres', of the first installation that is at least of this major version.
    pub fn program(name: &'static str, at_least: u32) -> Result<PathBuf, ClusterError> {
        places()
            .map(|dir| dir.join(name))
            .find(|program| version(program).is_some_and(|major| major >= at_least))
            .ok_or(ClusterError::ProgramMissing { name, at_least })
    }

    fn in_dir(dir: &Path) -> Option<Binaries> {
        // Links are followed because the programs look for their own files from where they really are.
        let initdb = fs::canonicalize(dir.join("initdb")).ok()?;
        let postgres = fs::canonicalize(dir.join("postgres")).ok()?;
        let major = version(&postgres)?;
        Some(Binaries {
            initdb,
            postgres,
            major,
        })
    }
}

fn version(program: &Path) -> Option<u32> {
    let said = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    parse_version(&String::from_utf8_lossy(&said.stdout))
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` → 15; betas read `18beta1`.
fn parse_version(text: &str) -> Option<u32> {
    let version = text.split_once("(PostgreSQL) ")?.1;
    let end = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version[..end].parse().ok()
}

fn places() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&path)
        .filter(|dir| dir.is_absolute())
        .collect();
    let mut versioned: Vec<(u32, PathBuf)> = VERSIONED
        .iter()
        .flat_map(|(parent, prefix, below)| versions(Path::new(parent), prefix, below))
        .collect();
    versioned.sort_by_key(|(major, _)| Reverse(*major));
    on_path
        .into_iter()
        .chain(versioned.into_iter().map(|(_, dir)| dir))
        .chain(PLAIN.map(PathBuf::from))
}

fn versions(parent: &Path, prefix: &str, below: &str) -> Vec<(u32, PathBuf)> {
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?.trim_start_matches('-');
            Some((version.parse().ok()?, entry.path().join(below)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_postgres_prints_them() {
        let said = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(parse_version(said), Some(15));
        assert_eq!(parse_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_version("postgres (PostgreSQL) 17\n"), Some(17));
        assert_eq!(parse_version("something else"), None);
    }

    #[test]
    fn a_program_is_found_by_its_version() {
        let found = Binaries::program("pg_dump", OLDEST_MAJOR).unwrap();
        assert!(version(&found).is_some_and(|major| major >= OLDEST_MAJOR));
        let refusal = Binaries::program("pg_dump", 900).unwrap_err();
        assert!(refusal.to_string().contains("pg_dump"), "{refusal}");
    }

    #[test]
    fn a_cluster_of_a_version_that_is_not_installed_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::new(dir.path());
        fs::create_dir_all(home.data()).unwrap();
        fs::write(home.data().join("PG_VERSION"), "9\n").unwrap();
        let refusal = Binaries::find(dir.path()).unwrap_err();
        assert!(
            matches!(refusal, ClusterError::WrongVersion { cluster: 9, .. }),
            "{refusal}"
        );
    }
}
