//! `haven move-account`: whoever no longer reads the letters to an account's address gets them at another one.

use serde_json::json;

use crate::{
    cli::{haven, said},
    support::{
        TestApp, TestDb,
        people::{PASSWORD, Someone, post, register, sign_in},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_moved_and_a_password_is_chosen_there() {
    let (db, dir) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let app = TestApp::on(&db.store).await;
    let rima = Someone::new(&app, "rima@example.org").await;
    register(&app, "other@example.org").await;
    let account = rima.get("/v1/me").await.json()["account"].clone();
    let run = |of: &str, to: &str| {
        let output = haven(&db.url, dir.path())
            .args(["move-account", of, to])
            .output();
        said(&output.unwrap())
    };
    for (of, to, why) in [
        ("nobody@example.org", "a@example.org", "no account has"),
        (
            "019a2b3c-0000-7000-8000-000000000000",
            "a@example.org",
            "no account has",
        ),
        (
            "rima@example.org",
            "OTHER@example.org",
            "has an account already",
        ),
        (
            "rima",
            "a@example.org",
            "ACCOUNT should be an id or an e-mail address",
        ),
        ("rima@example.org", "a", "EMAIL should be an e-mail address"),
    ] {
        let (code, _, error) = run(of, to);
        assert_ne!(code, Some(0), "{of} {to}");
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(rima.get("/v1/me").await.json()["email"], "rima@example.org");
    let (code, told, error) = run("RIMA@example.org", "akter@example.org");
    assert_eq!(code, Some(0), "{error}");
    assert!(told.contains("has the new address"), "{told}");
    assert_eq!(rima.get("/v1/me").await.status, 401);
    let (code, _, error) = run(account.as_str().unwrap(), "rima.akter@example.org");
    assert_eq!(code, Some(0), "{error}");
    let letters = std::fs::read_dir(dir.path().join("mail")).unwrap();
    let letters = letters.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let letters: Vec<String> = letters
        .map(|letter| letter.replace("=\r\n", "").replace("=\n", ""))
        .collect();
    let told = |letter: &&String| letter.contains("Your account has another address");
    assert_eq!(letters.iter().filter(told).count(), 2);
    let reset = letters.iter().find(|letter| {
        letter.contains("To: rima.akter@example.org") && letter.contains("Choose a new password")
    });
    let (_, link) = reset.unwrap().split_once("/v1/links/").unwrap();
    let link = link.split_whitespace().next().unwrap();
    let chosen = json!({"password": PASSWORD});
    let followed = post(&app, &format!("/v1/links/{link}"), chosen).await;
    assert_eq!(followed.status, 200, "{}", followed.text);
    let token = sign_in(&app, "rima.akter@example.org").await;
    let rima = Someone { app: &app, token };
    assert_eq!(rima.get("/v1/me").await.json()["account"], account);
}
