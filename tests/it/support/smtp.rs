//! A real mail server, as `.ci/smtp` has it, that keeps what it takes in a folder.

use std::{
    net::{SocketAddr, TcpListener},
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

impl MailServer {
    /// Starts it on a free port.
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/smtp");
        let found = Command::new(script).stderr(Stdio::inherit()).output();
        let found = found.unwrap();
        assert!(found.status.success(), "no mail server could be had");
        let python = String::from_utf8(found.stdout).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new(python.trim())
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
        while std::net::TcpStream::connect(address).is_err() {
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
