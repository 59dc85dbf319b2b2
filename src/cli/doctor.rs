//! `haven doctor`: which settings are in force, what is wrong with them or with a server that runs, and the mend. It
//! changes nothing.
//!
//! To add a check, write a function that adds lines to the report, and call it from `doctor`.

mod database;
mod machine;
mod meilisearch;
mod server;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
};

use crate::{
    cli::{Failure, say, serve},
    config::{Network, Settings},
    store::cluster::{self, ClusterError},
};

/// What was found so far.
#[derive(Default)]
struct Report {
    faults: usize,
}

impl Report {
    /// One line of what is, and where it is at fault, one of how to mend it.
    fn line(&mut self, name: &str, value: impl AsRef<str>, fault: Option<String>) {
        say(format_args!("{name:<20} {}", value.as_ref()));
        if let Some(fault) = fault {
            self.faults += 1;
            say(format_args!("{:<21}! {fault}", ""));
        }
    }

    fn close(self) -> Result<(), Failure> {
        match self.faults {
            0 => Ok(()),
            1 => Err(Failure::new("one thing is wrong; see above")),
            many => Err(Failure::new(format!("{many} things are wrong; see above"))),
        }
    }
}

/// Tells everything, then fails if something is wrong.
pub(in crate::cli) async fn doctor(settings: &Settings) -> Result<(), Failure> {
    let beside = is_held(&settings.data_dir);
    let mut report = Report::default();
    addresses(settings, beside, &mut report);
    let country = settings.country.as_deref();
    let country = country.unwrap_or("not set: crisis answers offer a choice");
    report.line("HAVEN_COUNTRY", country, None);
    people(settings, &mut report);
    machine::check(settings, &mut report);
    database::check(settings, beside, &mut report).await;
    meilisearch::check(settings, &mut report).await;
    server::check(settings, beside, &mut report).await;
    report.close()
}

fn addresses(settings: &Settings, beside: bool, report: &mut Report) {
    let mut taken = |setting: &str, address: SocketAddr| {
        let error = TcpListener::bind(address).err();
        // A server of ours listens there, and `server` asks it.
        let error = error.filter(|error| !(beside && error.kind() == io::ErrorKind::AddrInUse));
        let fault = error.map(|error| serve::cannot_listen(address, setting, &error));
        report.line(setting, address.to_string(), fault);
    };
    taken("HAVEN_LISTEN", settings.listen);
    match settings.metrics_listen {
        Some(address) => taken("HAVEN_METRICS_LISTEN", address),
        None => report.line(
            "HAVEN_METRICS_LISTEN",
            "not set: there are no metrics",
            None,
        ),
    }
}

/// How letters go out, and how often people and apps may ask. The mail server's address may hold a password.
fn people(settings: &Settings, report: &mut Report) {
    let folder = settings.data_dir.join("mail");
    let server = match settings.smtp_url {
        Some(_) => "set".to_owned(),
        None => format!("not set: letters are files in {}", folder.display()),
    };
    report.line("HAVEN_SMTP_URL", server, None);
    report.line("HAVEN_MAIL_FROM", &settings.mail_from, None);
    report.line("HAVEN_PUBLIC_URL", &settings.public_url, None);
    report.line("HAVEN_LICENCE", &settings.licence, None);
    let limit = match settings.requests_per_minute {
        0 => "0: nobody is limited".to_owned(),
        limit => limit.to_string(),
    };
    report.line("HAVEN_REQUESTS_PER_MINUTE", limit, None);
    let proxies: Vec<String> = settings
        .trusted_proxies
        .iter()
        .map(Network::to_string)
        .collect();
    report.line("HAVEN_TRUSTED_PROXIES", proxies.join(","), None);
}

/// Whether another Haven has the data directory, and so the addresses too.
fn is_held(data_dir: &Path) -> bool {
    let there = data_dir.join("lock").exists();
    there && matches!(cluster::lock(data_dir), Err(ClusterError::Locked { .. }))
}
