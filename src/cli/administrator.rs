//! `haven administrator`: the first of those who look after the directory, and any other.

use crate::{
    app,
    cli::{Failure, clock::SystemClock, database, post, progress::Progress, say},
    config::Settings,
    domain::account::EmailAddress,
};

/// Makes somebody an administrator and sends them a link to choose a password.
pub(in crate::cli) async fn administrator(settings: &Settings, email: &str) -> Result<(), Failure> {
    let email = EmailAddress::parse(email);
    let email = email.map_err(|error| Failure::of_setting(format!("EMAIL should be {error}")))?;
    let mailer = post::mailer(settings)?;
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await?;
    let done = async {
        database.store.migrate().await?;
        let made =
            app::accounts::install_administrator(&database.store, &SystemClock, email).await?;
        app::post::deliver(&database.store, &SystemClock, &mailer, &settings.public_url).await?;
        Ok::<_, Failure>(made)
    }
    .await;
    progress.finish();
    database.stop().await?;
    let known = if done? {
        "a new account"
    } else {
        "the account of that address"
    };
    say(format_args!(
        "{known} is an administrator's; the link to choose a password is in the post"
    ));
    if settings.smtp_url.is_none() {
        say(format_args!(
            "letters lie in {}",
            settings.data_dir.join("mail").display()
        ));
    }
    Ok(())
}
