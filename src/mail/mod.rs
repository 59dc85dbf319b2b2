//! The only place that sends: to a mail server, or into a folder where none is set.
//!
//! Deliberately absent: what a letter says, and when it is sent again. An address is in no error and no log.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use secrecy::{ExposeSecret, SecretString};
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

/// Where letters go.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Server(AsyncSmtpTransport<Tokio1Executor>),
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
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret());
        let unread = "an address such as smtps://user:password@host, or smtp://127.0.0.1:25";
        let server = server.map_err(|_| MailError::Setting(unread))?;
        let server = server
            .timeout(Some(std::time::Duration::from_secs(20)))
            .build();
        Ok(Self {
            from: sender(from)?,
            way: Way::Server(server),
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
            Way::Server(server) => server.send(message).await.map(drop).map_err(|error| {
                MailError::Server(match error {
                    error if error.is_permanent() => "it refused it",
                    error if error.is_transient() => "it put it off",
                    error if error.is_timeout() => "it was silent",
                    _ => "it could not be spoken to",
                })
            }),
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
            Way::Server(_) => Ok(Vec::new()),
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
            Way::Server(_) => Ok(()),
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
