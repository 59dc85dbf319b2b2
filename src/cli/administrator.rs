//! `haven administrator`: the first of those who look after the directory, and any other. `haven lost-factor`: who lost
//! the phone and the recovery codes signs in with the password again.

use crate::domain::actor::Actor;
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
        let made = app::accounts::install_administrator(
            &database.store,
            Actor::Operator,
            &SystemClock,
            email,
        )
        .await?;
        app::post::deliver(
            &database.store,
            Actor::Upkeep,
            &SystemClock,
            &mailer,
            &settings.public_url,
        )
        .await?;
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
    say_where_letters_lie(settings);
    Ok(())
}

/// Takes a lost second factor off an account.
pub(in crate::cli) async fn lost_factor(settings: &Settings, email: &str) -> Result<(), Failure> {
    let email = EmailAddress::parse(email);
    let email = email.map_err(|error| Failure::of_setting(format!("EMAIL should be {error}")))?;
    let mailer = post::mailer(settings)?;
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await?;
    let done = async {
        database.store.migrate().await?;
        let taken =
            app::second_factor::take_off(&database.store, Actor::Operator, &SystemClock, &email);
        let taken = match taken.await {
            Err(app::AppError::NotFound) => {
                return Err(Failure::new("no account has that address"));
            }
            taken => taken?,
        };
        app::post::deliver(
            &database.store,
            Actor::Upkeep,
            &SystemClock,
            &mailer,
            &settings.public_url,
        )
        .await?;
        Ok::<_, Failure>(taken)
    }
    .await;
    progress.finish();
    database.stop().await?;
    say(match done? {
        true => "the second factor is off; a letter says so",
        false => "no second factor was set up; what was open is ended",
    });
    say_where_letters_lie(settings);
    Ok(())
}

fn say_where_letters_lie(settings: &Settings) {
    if settings.smtp_url.is_none() {
        say(format_args!(
            "letters lie in {}",
            settings.data_dir.join("mail").display()
        ));
    }
}
