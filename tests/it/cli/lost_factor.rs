//! `haven lost-factor`: whoever lost phone and recovery codes is let in by the password again.

use crate::{
    cli::{haven, said},
    support::{
        TestApp, TestDb,
        people::{Someone, sign_in, strengthen},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_second_factor_is_taken_off_and_a_letter_says_so() {
    let (db, dir) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    strengthen(&app, &rima.token).await;
    let run = |email: &str| {
        let output = haven(&db.url, dir.path())
            .args(["lost-factor", email])
            .output();
        said(&output.unwrap())
    };
    let (code, _, unknown) = run("nobody@example.org");
    assert_eq!(code, Some(1), "{unknown}");
    assert!(unknown.contains("no account has that address"), "{unknown}");
    let (code, told, error) = run("RIMA@example.org");
    assert_eq!(code, Some(0), "{error}");
    assert!(told.contains("the second factor is off"), "{told}");
    assert_eq!(rima.get("/v1/me").await.status, 401);
    sign_in(&app, "rima@example.org").await;
    let letters = std::fs::read_dir(dir.path().join("mail")).unwrap();
    let letters = letters.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let about = |letter: &String| letter.contains("Your second factor is gone");
    assert_eq!(letters.filter(about).count(), 1);
}
