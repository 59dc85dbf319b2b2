//! Commands on the private database of a data directory, with no server set and none running.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::{haven, said};
use crate::support::{TestDb, cluster_parent, sample};

/// The program with nothing set but where its data are.
fn private(data_dir: &Path) -> Command {
    let mut command = haven("", data_dir);
    command.env_remove("DATABASE_URL");
    command
}

fn succeeded(output: Output) -> String {
    let (code, out, err) = said(&output);
    assert_eq!(code, Some(0), "{out}{err}");
    out
}

#[test]
fn a_directory_is_begun_by_an_import_and_brought_back_elsewhere() {
    let home = tempfile::tempdir_in(cluster_parent()).unwrap();
    let (first, second) = (home.path().join("first"), home.path().join("second"));
    let (feed, backup) = (home.path().join("feed"), home.path().join("backup"));
    std::fs::write(&feed, format!("{}\n", sample::hub("room").json())).unwrap();

    // Topics and areas come with the seed data, as they do when it is served.
    let import = private(&first).arg("import").arg(&feed).output();
    let report = succeeded(import.unwrap());
    let summary: Value = serde_json::from_str(report.lines().last().unwrap()).unwrap();
    assert_eq!(summary["summary"]["created"], 1, "{report}");
    let exported = |data_dir: &Path| succeeded(private(data_dir).arg("export").output().unwrap());
    let before = exported(&first);
    assert!(before.lines().count() > 300 && before.contains("\"slug\":\"room\""));

    succeeded(private(&first).arg("backup").arg(&backup).output().unwrap());
    let restore = || {
        private(&second)
            .arg("restore")
            .arg(&backup)
            .output()
            .unwrap()
    };
    succeeded(restore());
    assert!(exported(&second) == before);
    // A second time something would be lost.
    let (code, _, err) = said(&restore());
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("--replace-what-is-there"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_into_nothing_says_what_is_missing() {
    let (db, dir) = (TestDb::empty().await, tempfile::tempdir().unwrap());
    let feed = dir.path().join("feed");
    std::fs::write(&feed, format!("{}\n", sample::hub("room").json())).unwrap();
    for arguments in [&["import", "--dry-run"][..], &["import"]] {
        let mut command = haven(&db.url, dir.path());
        let (code, out, err) = said(&command.args(arguments).arg(&feed).output().unwrap());
        assert_eq!(code, Some(1), "{err}");
        assert!(out.is_empty() && err.contains("haven seed"), "{out}{err}");
    }
}
