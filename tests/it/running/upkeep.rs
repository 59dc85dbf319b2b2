//! What is done on a timer begins soon after a start, however short a process lives.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::support::{Haven, TestDb, sample};

const SOON: Duration = Duration::from_secs(30);

/// Waits until there is something.
async fn until<T>(haven: &Haven, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "it does not come: {}",
            haven.log()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The letters in the folder.
fn letters(of: &Path) -> Vec<String> {
    let files = std::fs::read_dir(of.join("mail")).into_iter().flatten();
    files
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .filter(|letter| !letter.is_empty())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_goes_out_soon_after_the_start_and_not_after_the_next() {
    let (db, dir) = (TestDb::seeded().await, tempfile::tempdir().unwrap());
    let hub = db.create(&sample::hub("room")).await;
    let owned = format!(
        "update source set confirmed_on = '2020-01-01';
         insert into account (id, email, name, created_at)
         values ('00000000-0000-7000-8000-000000000021', 'rima@example.org', 'Rima', now());
         insert into membership values ('{hub}', '00000000-0000-7000-8000-000000000021', 'owner', now());
         insert into idempotency values ('account/1', 'key', 'hash', '{{}}', '2020-01-01Z')"
    );
    db.sql().await.batch_execute(&owned).await.unwrap();
    let settings = [
        ("DATABASE_URL", &*db.url),
        ("RUST_LOG", "haven=info,haven::upkeep=debug"),
    ];
    let haven = Haven::serve(dir.path(), &settings).await;
    let letter = until(&haven, || letters(dir.path()).pop()).await;
    assert!(letter.contains("To: rima@example.org"), "{letter}");
    assert!(letter.contains("Is this still true?"), "{letter}");
    let forgotten = "forget what is of no use";
    until(&haven, || haven.log().contains(forgotten).then_some(())).await;
    let kept = "select count(*) from idempotency";
    let kept: i64 = db.sql().await.query_one(kept, &[]).await.unwrap().get(0);
    assert_eq!(kept, 0);
    haven.stop().await;

    let haven = Haven::serve(dir.path(), &settings).await;
    let done = "remind owners of what is due";
    until(&haven, || haven.log().contains(done).then_some(())).await;
    haven.stop().await;
    let written = "select count(*) from letter";
    let written: i64 = db.sql().await.query_one(written, &[]).await.unwrap().get(0);
    assert_eq!(written, 1);
}
