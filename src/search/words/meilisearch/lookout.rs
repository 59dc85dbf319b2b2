//! Whether the index is still as it was, whoever may have written to it.
//!
//! What this process writes it knows. What others write shows in when the server says that the index was last written
//! to: a look at that costs a fraction of any question, and one look serves everybody for a while. Where it shows
//! another time, the state is another, and nothing that was found in a former one is given again.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::server::Server;

/// Nothing is given again that is older than this, whatever the server says.
const OLDEST: Duration = Duration::from_secs(600);

/// A state of the index in which something may be found, as far as this process knows. They only rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) u64);

pub(super) struct Lookout {
    /// How long a look serves; nobody looks where this is zero.
    longest: Duration,
    began: Instant,
    seen: Mutex<Seen>,
    /// Held by who looks, so that others wait for what it sees.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Seen {
    /// When the last look began.
    at: Option<Instant>,
    /// When the index was last written to, in the server's words; none where it did not say.
    written: Option<String>,
}

impl Lookout {
    pub(super) fn new(longest: Duration) -> Self {
        Self {
            longest,
            began: Instant::now(),
            seen: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        }
    }

    /// The present moment, where somebody looked a moment ago and the server told.
    pub(super) fn present(&self, server: &Server) -> Option<Moment> {
        let seen = self.seen();
        if self.is_due(&seen) {
            return None;
        }
        self.moment(&seen, server)
    }

    /// The present moment, after a look where one is due; none where the server does not tell. `was_written` is called where
    /// somebody wrote to the index since the look before.
    pub(super) async fn look(
        &self,
        server: &Server,
        index: &str,
        was_written: impl FnOnce(),
    ) -> Option<Moment> {
        if self.longest.is_zero() {
            return None;
        }
        let _looking = self.looking.lock().await;
        if self.is_due(&self.seen()) {
            let began = Instant::now();
            let written = server.written(index).await.ok();
            let mut seen = self.seen();
            if seen.written != written {
                server.changes();
                was_written();
            }
            seen.at = Some(began);
            seen.written = written;
        }
        self.moment(&self.seen(), server)
    }

    fn is_due(&self, seen: &Seen) -> bool {
        seen.at.is_none_or(|at| at.elapsed() >= self.longest)
    }

    fn moment(&self, seen: &Seen, server: &Server) -> Option<Moment> {
        seen.written.as_ref()?;
        let stretch = self.began.elapsed().as_secs() / OLDEST.as_secs();
        let state = server.state() << 32;
        Some(Moment(state | (stretch & u64::from(u32::MAX))))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    const INDEX: &str = "i";

    /// A server whose index was last written to when `written` says; none where it answers with nothing.
    async fn told(written: Arc<Mutex<Option<&'static str>>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut asker, _)) = listener.accept().await {
                let _ = asker.read(&mut [0; 4096]).await;
                let body = match *written.lock().unwrap() {
                    Some(at) => format!("{{\"updatedAt\":\"{at}\"}}"),
                    None => String::new(),
                };
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length";
                let answer = format!("{head}: {}\r\n\r\n{body}", body.len());
                let _ = asker.write_all(answer.as_bytes()).await;
            }
        });
        Server::new(&url, None).unwrap()
    }

    #[tokio::test]
    async fn what_others_write_shows_at_the_next_look_and_what_we_write_at_once() {
        let written = Arc::new(Mutex::new(Some("monday")));
        let server = told(Arc::clone(&written)).await;
        let (always, seldom) = (Duration::from_nanos(1), Duration::from_secs(3_600));
        let (always, seldom) = (Lookout::new(always), Lookout::new(seldom));
        let one = always.look(&server, INDEX, || ()).await;
        assert!(one.is_some());
        assert_eq!(always.look(&server, INDEX, || ()).await, one, "nothing new");
        let of_monday = seldom.look(&server, INDEX, || ()).await;
        *written.lock().unwrap() = Some("tuesday");
        assert_eq!(seldom.look(&server, INDEX, || ()).await, of_monday);
        assert_eq!(seldom.present(&server), of_monday);
        assert_eq!(always.present(&server), None, "a look is due");
        assert!(always.look(&server, INDEX, || ()).await > one);
        let before = seldom.present(&server);
        server.changes();
        assert!(seldom.present(&server) > before);
    }

    #[tokio::test]
    async fn where_the_server_does_not_tell_nothing_is_known() {
        let written = Arc::new(Mutex::new(None));
        let server = told(Arc::clone(&written)).await;
        let seldom = Lookout::new(Duration::from_secs(3_600));
        assert_eq!(seldom.look(&server, INDEX, || ()).await, None);
        *written.lock().unwrap() = Some("monday");
        assert_eq!(
            seldom.look(&server, INDEX, || ()).await,
            None,
            "no look is due"
        );
        assert_eq!(seldom.present(&server), None);
        assert_eq!(
            Lookout::new(Duration::ZERO)
                .look(&server, INDEX, || ())
                .await,
            None
        );
    }
}
