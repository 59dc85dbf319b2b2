//! The post of a serving process: letters go out when they are written, and what waits is looked for from time to time.

use std::time::Duration;

use crate::{
    app::{self, App},
    cli::{Failure, clock::SystemClock},
    config::Settings,
    mail::Mailer,
    store::Store,
};

/// How long a letter that another process wrote, or that was put off, may lie.
const ROUND: Duration = Duration::from_secs(20);

/// The mailer of the settings; where they name no mail server, letters are files in the data directory, and the log says
/// where.
pub(in crate::cli) fn mailer(settings: &Settings) -> Result<Mailer, Failure> {
    let mailer = match &settings.smtp_url {
        Some(url) => Mailer::server(url, &settings.mail_from),
        None => {
            let folder = settings.data_dir.join("mail");
            tracing::info!(folder = %folder.display(), "no mail server is set (HAVEN_SMTP_URL): letters are kept in a folder");
            Mailer::folder(folder, &settings.mail_from)
        }
    };
    mailer.map_err(|error| Failure::of_setting(format!("HAVEN_SMTP_URL, HAVEN_MAIL_FROM: {error}")))
}

/// Delivers until it is dropped.
pub(in crate::cli) async fn run(app: App, store: Store, mailer: Mailer, address: String) {
    loop {
        if let Err(error) = app::post::deliver(&store, &SystemClock, &mailer, &address).await {
            tracing::debug!(error = %error, "the post waits for the database");
        }
        tokio::select! {
            () = app.staff().rung() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}
