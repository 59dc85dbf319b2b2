//! `haven administrator`: the first of those who look after the directory, and any other. `haven lost-factor`: who lost
//! the phone and the recovery codes signs in with the password again. `haven move-account`: who no longer reads the
//! letters to the account's address gets them at another one.

use uuid::Uuid;

use crate::{
    app::{self, AppError},
    cli::{Failure, clock::SystemClock, database, post, progress::Progress, say},
    config::Settings,
    domain::{account::EmailAddress, actor::Actor},
    store::Store,
};

/// Makes somebody an administrator and sends them a link to choose a password.
pub(in crate::cli) async fn administrator(settings: &Settings, email: &str) -> Result<(), Failure> {
    let made = on_account(settings, email, async |store, email| {
        let actor = Actor::Operator;
        let made = app::accounts::install_administrator(store, actor, &SystemClock, email);
        Ok(made.await?)
    });
    let account = match made.await? {
        true => "a new account",
        false => "the account of that address",
    };
    say(format_args!(
        "{account} is an administrator's; the link to choose a password is in the post"
    ));
    say_where_letters_lie(settings);
    Ok(())
}

/// Takes a lost second factor off an account.
pub(in crate::cli) async fn lost_factor(settings: &Settings, email: &str) -> Result<(), Failure> {
    let taken = on_account(settings, email, async |store, email| {
        app::second_factor::take_off(store, Actor::Operator, &SystemClock, &email).await
    });
    say(match taken.await? {
        true => "the second factor is off; a letter says so",
        false => "no second factor was set up; what was open is ended",
    });
    say_where_letters_lie(settings);
    Ok(())
}

/// Gives an account another address.
pub(in crate::cli) async fn move_account(
    settings: &Settings,
    account: &str,
    email: &str,
) -> Result<(), Failure> {
    let named = match Uuid::parse_str(account) {
        Ok(id) => Ok(id),
        Err(_) => Err(address(account, "ACCOUNT should be an id or")?),
    };
    let moved = on_account(settings, email, async |store, email| {
        let account = match &named {
            Ok(id) => Some(*id),
            Err(of) => store.find_account_of(of).await?.map(|account| account.id),
        };
        let account = account.ok_or(AppError::NotFound)?;
        app::profile::move_to(store, Actor::Operator, &SystemClock, account, &email).await
    });
    moved.await?;
    say(
        "the account has the new address, and what was open is ended; the link to choose a password is in the post",
    );
    say_where_letters_lie(settings);
    Ok(())
}

/// Reads an address as typed; what it `should` be stands before what is wrong.
fn address(text: &str, should: &str) -> Result<EmailAddress, Failure> {
    let read = EmailAddress::parse(text);
    read.map_err(|error| Failure::of_setting(format!("{should} {error}")))
}

/// Does something with an address, in a database that is migrated before, and sends the letters of it.
async fn on_account<T>(
    settings: &Settings,
    email: &str,
    work: impl AsyncFnOnce(&Store, EmailAddress) -> Result<T, AppError>,
) -> Result<T, Failure> {
    let email = address(email, "EMAIL should be")?;
    let mailer = post::mailer(settings)?;
    let progress = Progress::start();
    let database = database::open_beside(settings, &progress).await?;
    let store = &database.store;
    let done = async {
        store.migrate().await?;
        let done = match work(store, email).await {
            Err(AppError::NotFound) => return Err(Failure::new("no account has that address")),
            Err(AppError::Conflict(why)) => return Err(Failure::new(why)),
            done => done?,
        };
        let address = &settings.public_url;
        app::post::deliver(store, Actor::Upkeep, &SystemClock, &mailer, address).await?;
        Ok(done)
    }
    .await;
    progress.finish();
    database.stop().await?;
    done
}

fn say_where_letters_lie(settings: &Settings) {
    if settings.smtp_url.is_none() {
        say(format_args!(
            "letters lie in {}",
            settings.data_dir.join("mail").display()
        ));
    }
}
