//! Letters as those who get them read them.

use crate::support::{TestApp, app::link_after};

/// How many letters of that subject somebody has had.
pub async fn count(app: &TestApp, to: &str, subject: &str) -> usize {
    let letters = app.post().await;
    let of = |letter: &&String| is(letter, to, subject);
    letters.iter().filter(of).count()
}

/// The letter to somebody of that subject that says all of this; there is exactly one.
pub async fn only(app: &TestApp, to: &str, subject: &str, says: &[&str]) -> String {
    let letters = app.post().await;
    let mut found = letters.into_iter().filter(|letter| {
        is(letter, to, subject) && says.iter().all(|words| letter.contains(words))
    });
    let letter = found.next();
    let letter = letter.unwrap_or_else(|| panic!("no letter “{subject}” says {says:?}"));
    assert!(found.next().is_none(), "“{subject}” came twice");
    letter
}

/// The link of a listing in it.
pub fn link(letter: &str, listing: &str) -> String {
    link_after(letter, &format!("\n{listing}:\n")).unwrap()
}

fn is(letter: &str, to: &str, subject: &str) -> bool {
    let line = |line: &str| letter.contains(&format!("{line}\n"));
    line(&format!("To: {to}")) && line(&format!("Subject: {subject}"))
}
