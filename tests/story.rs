//! The story that the staff's half of Haven is for: the evening on which a small NGO registers, the decisions that follow,
//! the number that changes a month later, and the letter that asks a year later whether all of it is still true.
//!
//! It is told over HTTP on a real Postgres, once with letters in a folder and once by a real mail server (`.ci/smtp`). Where
//! there is none of these the second telling is ignored, with the reason in its name, and never green.

#[path = "story/chapters.rs"]
mod chapters;
#[path = "story/letters.rs"]
mod letters;
#[path = "story/mail_server.rs"]
mod mail_server;
#[path = "story/outside.rs"]
mod outside;
#[path = "it/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the integration tests use the rest"
)]
mod support;

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

use mail_server::MailServer;
use support::{TestApp, TestDb};

fn main() {
    let arguments = Arguments::from_args();
    let by_a_server = match mail_server::python() {
        Ok(python) => Trial::test("with_letters_by_a_real_mail_server", move || {
            tell(Some(&MailServer::start(&python)));
            Ok(())
        }),
        Err(reason) => {
            let name = format!("with_letters_by_a_real_mail_server ({reason})");
            Trial::test(name, || Ok(())).with_ignored_flag(true)
        }
    };
    let in_a_folder = Trial::test("with_letters_in_a_folder", || {
        tell(None);
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![in_a_folder, by_a_server]).exit();
}

fn tell(server: Option<&MailServer>) {
    Runtime::new().unwrap().block_on(async {
        let db = TestDb::seeded().await;
        let mut app = TestApp::on(&db.store).await;
        app.mail_server = server.map(|server| (server.mailer(), server.taken()));
        chapters::all(&app, &db).await;
    });
}
