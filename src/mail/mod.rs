//! The only place that sends: to a mail server, or into a folder where none is set.
//!
//! Deliberately absent: what a letter says, and when it is sent again. An address is in no error and no log.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use uuid::Uuid;

use crate::domain::account::EmailAddress;

/// A letter as it goes out.
#[derive(Debug)]
pub struct Letter {
    /// The same for every try, so that a mailbox knows a letter again.
    pub id: Uuid,
    pub to: EmailAddress,
    pub subject: String,
    /// May hold a link that lets its reader in.
    pub text: SecretString,
    pub now: Timestamp,
}

/// How long a mail server may take to be reached, and to take a letter in all: every letter waits behind the one that is
/// in hand. It is tried again after a minute, by when it must have ended.
const SILENCE: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_secs(40);
const SILENT: &str = "it was silent";

/// Where letters go.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Clone)]
enum Way {
    /// With how long it may take over a letter.
    Server(AsyncSmtpTransport<Tokio1Executor>, Duration),
    Folder(PathBuf),
}

/// Why a letter did not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The settings name no mail server, or no sender.
    #[error("{0}")]
    Setting(&'static str),
    /// It could not be put together.
    #[error("a letter could not be written")]
    Letter,
    /// The server did not take it. What it says may repeat the address, and is left out.
    #[error("the mail server did not take a letter: {0}")]
    Server(&'static str),
    /// It could not be kept.
    #[error("a letter could not be kept in the folder")]
    Folder(#[source] std::io::Error),
}

impl Mailer {
    /// Sends by the server at an address such as `smtps://user:password@host` or `smtp://127.0.0.1:25`.
    ///
    /// # Errors
    /// `Setting` where one of the two cannot be read.
    pub fn server(url: &SecretString, from: &str) -> Result<Self, MailError> {
        Self::patient(url, from, PATIENCE)
    }

    fn patient(url: &SecretString, from: &str, patience: Duration) -> Result<Self, MailError> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret());
        let unread = "an address such as smtps://user:password@host, or smtp://127.0.0.1:25";
        let server = server.map_err(|_| MailError::Setting(unread))?;
        let server = server.timeout(Some(SILENCE)).build();
        Ok(Self {
            from: sender(from)?,
            way: Way::Server(server, patience),
        })
    }

    /// Keeps letters as files in `folder`.
    ///
    /// # Errors
    /// `Setting` where the sender cannot be read.
    pub fn folder(folder: PathBuf, from: &str) -> Result<Self, MailError> {
        Ok(Self {
            from: sender(from)?,
            way: Way::Folder(folder),
        })
    }

    /// Sends a letter, or keeps it.
    ///
    /// # Errors
    /// Where it was not taken; it may be sent again.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let to: Address = letter.to.as_str().parse().map_err(|_| MailError::Letter)?;
        let host = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .date(std::time::SystemTime::from(letter.now))
            .message_id(Some(format!("<{}@{host}>", letter.id)))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.expose_secret().to_owned())
            .map_err(|_| MailError::Letter)?;
        match &self.way {
            Way::Server(server, patience) => match timeout(*patience, server.send(message)).await {
                Ok(sent) => sent.map(drop).map_err(|error| {
                    MailError::Server(match error {
                        error if error.is_permanent() => "it refused it",
                        error if error.is_transient() => "it put it off",
                        error if error.is_timeout() => SILENT,
                        _ => "it could not be spoken to",
                    })
                }),
                Err(_) => Err(MailError::Server(SILENT)),
            },
            Way::Folder(folder) => keep(folder, letter.id, &message.formatted())
                .await
                .map_err(MailError::Folder),
        }
    }
}

impl Mailer {
    /// The letters that are kept in the folder; none where a server takes them.
    ///
    /// # Errors
    /// `Folder`.
    pub async fn kept(&self) -> Result<Vec<Uuid>, MailError> {
        match &self.way {
            Way::Server(..) => Ok(Vec::new()),
            Way::Folder(folder) => in_folder(folder, kept).await,
        }
    }

    /// Throws some of them away.
    ///
    /// # Errors
    /// `Folder`.
    pub async fn throw_away(&self, letters: Vec<Uuid>) -> Result<(), MailError> {
        let throw = move |folder: &Path| {
            let mut letters = letters.iter();
            letters.try_for_each(|id| std::fs::remove_file(folder.join(format!("{id}.eml"))))
        };
        match &self.way {
            Way::Server(..) => Ok(()),
            Way::Folder(folder) => in_folder(folder, throw).await,
        }
    }
}

async fn in_folder<R: Send + 'static>(
    folder: &Path,
    work: impl FnOnce(&Path) -> std::io::Result<R> + Send + 'static,
) -> Result<R, MailError> {
    let folder = folder.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&folder));
    let done = done.await.map_err(std::io::Error::other);
    done.flatten().map_err(MailError::Folder)
}

fn kept(folder: &Path) -> std::io::Result<Vec<Uuid>> {
    let mut ids = Vec::new();
    match std::fs::read_dir(folder) {
        // No letter was written yet.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        files => {
            for file in files? {
                let name = file?.file_name();
                let id = name.to_str().and_then(|name| name.strip_suffix(".eml"));
                ids.extend(id.and_then(|id| Uuid::parse_str(id).ok()));
            }
        }
    }
    Ok(ids)
}

fn sender(from: &str) -> Result<Mailbox, MailError> {
    from.parse()
        .map_err(|_| MailError::Setting("a sender such as Haven <haven@example.org>"))
}

async fn keep(folder: &Path, id: Uuid, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let (folder, bytes) = (folder.to_owned(), bytes.to_owned());
    let kept = tokio::task::spawn_blocking(move || {
        // The links in there let their readers in: nobody else on this machine may read them.
        let mut options = std::fs::DirBuilder::new();
        options.recursive(true).mode(0o700).create(&folder)?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(folder.join(format!("{id}.eml")))?;
        std::io::Write::write_all(&mut file, &bytes)
    });
    kept.await.map_err(std::io::Error::other)?
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt, net::TcpListener};

    use super::*;

    #[tokio::test]
    async fn a_server_that_falls_silent_is_given_up() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", server.local_addr().unwrap()).into();
        let patience = Duration::from_millis(200);
        let mailer = Mailer::patient(&url, "haven@example.org", patience).unwrap();
        let letter = Letter {
            id: Uuid::now_v7(),
            to: EmailAddress::parse("rima@example.org").unwrap(),
            subject: "News".to_owned(),
            text: SecretString::from("Nothing."),
            now: Timestamp::UNIX_EPOCH,
        };
        // It greets, and that is all.
        let greets = async {
            let (mut stream, _) = server.accept().await.unwrap();
            stream.write_all(b"220 mail.test\r\n").await.unwrap();
            stream
        };
        let (sent, _stream) = tokio::join!(mailer.send(&letter), greets);
        let refused = sent.unwrap_err();
        assert!(refused.to_string().ends_with(SILENT), "{refused}");
    }
}
