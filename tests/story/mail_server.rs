//! A real mail server, as `.ci/smtp` has it, that keeps what it takes in a folder.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use haven::mail::Mailer;

/// How long its start may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct MailServer {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python that has one; else why there is none.
pub fn python() -> Result<PathBuf, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/smtp");
    let found = Command::new(script).arg("there").output();
    let found = found.map_err(|error| format!(".ci/smtp cannot be run: {error}"))?;
    let said = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
    match found.status.success() {
        true => Ok(said(found.stdout).into()),
        false => Err(said(found.stderr)),
    }
}

impl MailServer {
    /// Starts it on a free port.
    pub fn start(python: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new(python)
            .args(["-m", "aiosmtpd", "-n", "-l"])
            .arg(address.to_string())
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(folder.path().join("mail"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            child,
            address,
            folder,
        };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < PATIENCE, "the mail server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// What sends to it.
    pub fn mailer(&self) -> Mailer {
        let url = format!("smtp://{}", self.address);
        Mailer::server(&url.into(), "Haven <haven@example.org>").unwrap()
    }

    /// Where it keeps what it took.
    pub fn taken(&self) -> PathBuf {
        self.folder.path().join("mail").join("new")
    }
}
