//! The post of a serving process: letters go out when they are written, and what waits is looked for from time to time.

use std::time::{Duration, Instant};

use tokio::{sync::watch, task::JoinHandle, time::timeout};

use crate::domain::actor::Actor;
use crate::{
    app::{
        App,
        post::{self, Delivered},
    },
    cli::{Failure, clock::SystemClock},
    config::Settings,
    mail::Mailer,
    store::Store,
};

/// How long a letter that another process wrote, or that was put off, may lie.
const ROUND: Duration = Duration::from_secs(20);
/// How often files of letters that are forgotten are thrown away.
const CLEARING: Duration = Duration::from_secs(3_600);
/// How long a stop waits for the letter in hand. One that is cut short goes out again, also where it arrived.
const IN_HAND: Duration = Duration::from_secs(10);

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

/// Delivers until `quitting` turns true, and ends with the letter in hand.
pub(in crate::cli) async fn run(
    app: App,
    store: Store,
    mailer: Mailer,
    address: String,
    mut quitting: watch::Receiver<bool>,
) {
    let mut cleared = None::<Instant>;
    while !*quitting.borrow() {
        match post::deliver_next(&store, Actor::Upkeep, &SystemClock, &mailer, &address).await {
            Ok(Delivered::Sent | Delivered::Waits) => continue,
            Ok(Delivered::Nothing) if cleared.is_none_or(|at| at.elapsed() >= CLEARING) => {
                cleared = Some(Instant::now());
                if let Err(error) = post::clear(&store, &SystemClock, &mailer).await {
                    tracing::debug!(error = %error, "files of letters are cleared later");
                }
            }
            Ok(Delivered::Nothing) => {}
            Err(error) => tracing::debug!(error = %error, "the post waits for the database"),
        }
        tokio::select! {
            () = app.staff().rung() => {}
            () = tokio::time::sleep(ROUND) => {}
            _ = quitting.wait_for(|quit| *quit) => return,
        }
    }
}

/// Waits for the letter in hand, for a while.
pub(in crate::cli) async fn finish(mut posting: JoinHandle<()>) {
    if timeout(IN_HAND, &mut posting).await.is_err() {
        posting.abort();
        tracing::warn!(
            "the mail server is slow: a letter in hand goes out again after the next start"
        );
    }
}
