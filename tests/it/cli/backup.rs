//! The drill: a directory is lost and brought back, and answers as it did.

use haven::app::import;
use haven::domain::actor::Actor;

use super::{haven, said};
use crate::support::app::seed;
use crate::support::{TestApp, TestDb, clock, sample};

const QUESTIONS: [&str; 9] = [
    "/v1/hubs?limit=100",
    "/v1/organisations?limit=100",
    "/v1/support-groups?limit=100",
    "/v1/helplines?limit=100",
    "/v1/helplines/kaan-pete-roi",
    "/v1/search?q=depression&lang=en&limit=50",
    "/v1/search?near=23.81,90.41&radius=50000&limit=50",
    "/v1/crisis?country=BD",
    "/v1/sources",
];

async fn answers(app: &TestApp) -> Vec<String> {
    let mut answers = Vec::new();
    for path in QUESTIONS {
        let reply = app.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        answers.push(reply.text);
    }
    answers
}

/// What makes this database this one.
async fn incarnation(db: &TestDb) -> String {
    let id = db
        .sql()
        .await
        .query_one("select id::text from incarnation", &[])
        .await;
    id.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_directory_comes_back() {
    let lost = TestDb::new().await;
    import::seed(&lost.store, Actor::Operator, &*clock(), &seed())
        .await
        .unwrap();
    let before = answers(&TestApp::on(&lost.store).await).await;
    let of_then = incarnation(&lost).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("haven.backup");
    let backed_up = haven(&lost.url, dir.path())
        .arg("backup")
        .arg(&file)
        .output();
    let (code, out, err) = said(&backed_up.unwrap());
    assert_eq!(code, Some(0), "{out}{err}");
    drop(lost);

    let found = TestDb::empty().await;
    let restore = || {
        let mut command = haven(&found.url, dir.path());
        command.arg("restore").arg(&file);
        command
    };
    let (code, out, err) = said(&restore().output().unwrap());
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(answers(&TestApp::on(&found.store).await).await == before);
    let of_now = incarnation(&found).await;
    assert_ne!(of_now, of_then);

    // What came after the backup is not overwritten unless that is said.
    found.publish(&sample::hub("newer")).await;
    let app = TestApp::on(&found.store).await;
    assert_eq!(app.get("/v1/hubs/newer").await.status, 200);
    let (code, _, err) = said(&restore().output().unwrap());
    assert_eq!(code, Some(1));
    assert!(err.contains("--replace-what-is-there"), "{err}");
    assert_eq!(incarnation(&found).await, of_now);
    let replaced = restore().arg("--replace-what-is-there").output();
    let (code, out, err) = said(&replaced.unwrap());
    assert_eq!(code, Some(0), "{out}{err}");
    assert_ne!(incarnation(&found).await, of_now);
    // A directory that was served meanwhile follows, though the log of the former reaches further.
    assert!(app.follow().await.rebuilt);
    assert_eq!(app.get("/v1/hubs/newer").await.status, 404);
    assert!(answers(&app).await == before);
    // Also where the new log has since grown past the place that the index was at.
    for i in 0..3 {
        found.publish(&sample::hub(&format!("other-{i}"))).await;
    }
    let replaced = restore().arg("--replace-what-is-there").output();
    assert_eq!(replaced.unwrap().status.code(), Some(0));
    for i in 3..9 {
        found.publish(&sample::hub(&format!("other-{i}"))).await;
    }
    assert!(app.follow().await.rebuilt);
    assert_eq!(app.get("/v1/hubs/other-1").await.status, 404);
    assert_eq!(app.get("/v1/hubs/other-5").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backup_changes_nothing() {
    let db = TestDb::seeded().await;
    db.publish(&sample::hub("room")).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("haven.backup");
    let backed_up = haven(&db.url, dir.path()).arg("backup").arg(&file).output();
    assert_eq!(backed_up.unwrap().status.code(), Some(0));
    let whole = std::fs::read(&file).unwrap();
    let foreign = b"no backup at all".to_vec();
    let cut = whole[..whole.len() - 600].to_vec();
    for bytes in [foreign, cut] {
        std::fs::write(&file, bytes).unwrap();
        let mut command = haven(&db.url, dir.path());
        let output = command
            .args(["restore", "--replace-what-is-there"])
            .arg(&file)
            .output();
        let (code, out, err) = said(&output.unwrap());
        assert_eq!(code, Some(1), "{out}{err}");
        assert_eq!(db.store.published_count().await.unwrap(), 1, "{err}");
    }
    let missing = haven(&db.url, dir.path())
        .args(["restore", "no-such-file"])
        .output();
    let (code, _, err) = said(&missing.unwrap());
    assert_eq!(code, Some(1));
    assert!(err.contains("no-such-file cannot be read"), "{err}");
}
