//! How often one may ask: each account with a key of an app, else each address, has a bucket that fills by itself.
//!
//! Whole towns share an address, so bursts are generous. Of an address nothing is kept but a hash, in memory, with a salt
//! that is drawn anew each day and known to nobody; of one in IPv6 the network, because a household has as many addresses
//! as it likes. Deliberately absent: whose a key is, and which requests are free; see
//! `http::quota`.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest,
    dev::ServiceRequest,
    http::header::{HeaderMap, HeaderValue},
};
use uuid::Uuid;

use crate::config::Network;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// That of all keys of an account.
    Account(Uuid),
    Address(IpAddr),
    /// What an address may show of keys that are none.
    Guesses(IpAddr),
}

/// What is left to whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// So many in a minute, and at once.
    pub limit: u32,
    pub remaining: u32,
    /// After so many seconds nothing is missing any more.
    pub full_in_s: u64,
    /// Refused: again after so many seconds.
    pub retry_after_s: Option<u32>,
}

/// The salt is drawn anew after so long.
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// So many are remembered; beyond, all are forgotten, which costs those who ask too much nothing.
const REMEMBERED: usize = 200_000;
/// An app with a key may ask so many times more.
const WITH_KEY: u32 = 10;
/// Of so many requests one may show a key that has to be looked up in vain.
const PER_GUESS: u32 = 10;

/// The buckets of a process, shared by its workers.
#[derive(Debug)]
pub struct Quota {
    per_minute: u32,
    proxies: Vec<Network>,
    began: Instant,
    full: Mutex<Full>,
}

/// When each bucket will be full again, counted from the beginning of the day.
#[derive(Debug)]
struct Full {
    day: u64,
    salt: RandomState,
    at: HashMap<u64, Duration>,
}

impl Quota {
    /// So many requests a minute for each address, none where it is 0; what `proxies` say of addresses is believed.
    #[must_use]
    pub fn new(per_minute: u32, proxies: Vec<Network>) -> Self {
        Self {
            per_minute,
            proxies,
            began: Instant::now(),
            full: Mutex::new(Full {
                day: 0,
                salt: RandomState::new(),
                at: HashMap::new(),
            }),
        }
    }

    /// Whether anything is limited.
    #[must_use]
    pub fn limits(&self) -> bool {
        self.per_minute > 0
    }

    /// Takes so many out of the bucket, where they are there.
    pub fn take(&self, whose: Whose, cost: u32, now: Instant) -> Left {
        let limit = self.limit(whose);
        let each = each(limit);
        let whole = each * limit;
        let now = now.saturating_duration_since(self.began);
        let mut full = self.lock();
        full.begin(now.as_secs() / DAY.as_secs());
        let of = full.salt.hash_one(of(whose));
        let until = full.at.get(&of).copied().unwrap_or_default().max(now);
        let after = until + each * cost.min(limit);
        let missing = after.saturating_sub(now);
        let refused = missing > whole;
        if !refused {
            full.at.insert(of, after);
        }
        let missing = if refused {
            until.saturating_sub(now)
        } else {
            missing
        };
        let left = whole.saturating_sub(missing).as_nanos() / each.as_nanos().max(1);
        Left {
            limit,
            remaining: u32::try_from(left).unwrap_or(limit),
            full_in_s: missing.as_secs().max(1),
            retry_after_s: refused.then(|| seconds(after.saturating_sub(now + whole))),
        }
    }

    /// Puts back what was taken without need.
    pub fn put_back(&self, whose: Whose, cost: u32) {
        let each = each(self.limit(whose));
        let mut full = self.lock();
        let of = full.salt.hash_one(of(whose));
        if let Some(at) = full.at.get_mut(&of) {
            *at = at.saturating_sub(each * cost);
        }
    }

    fn limit(&self, whose: Whose) -> u32 {
        match whose {
            Whose::Account(_) => self.per_minute.saturating_mul(WITH_KEY),
            Whose::Address(_) => self.per_minute,
            Whose::Guesses(_) => (self.per_minute / PER_GUESS).max(1),
        }
    }

    /// Whose address it is: that of the connection, or what a trusted proxy says. None of this machine's own programs,
    /// which whoever runs it started; one that says to ask for somebody is a proxy, whatever it says of them.
    #[must_use]
    pub fn address(&self, request: &ServiceRequest) -> Option<IpAddr> {
        self.seen(request.request())
    }

    fn seen(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        match self.named(peer, request.headers()) {
            Some(named) => Some(named),
            None => (!peer.is_loopback()).then_some(peer),
        }
    }

    /// The network that asks, as a number of the day; one for all programs of this machine.
    #[must_use]
    pub fn network(&self, request: &HttpRequest) -> u64 {
        let seen = self.seen(request).map(Whose::Address).map(of);
        let mut full = self.lock();
        full.begin(self.began.elapsed().as_secs() / DAY.as_secs());
        full.salt.hash_one(seen)
    }

    /// The last address that no trusted proxy has, where the connection is one's and it names anybody at all.
    fn named(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        if !self.trusts(peer) {
            return None;
        }
        let said: Vec<&HeaderValue> = headers.get_all("x-forwarded-for").collect();
        // Several headers are one list, to whose end each proxy adds.
        let hops = said.iter().rev().flat_map(|value| {
            let hops = value.as_bytes().rsplit(|byte| *byte == b',');
            hops.map(<[u8]>::trim_ascii)
        });
        for hop in hops.filter(|hop| !hop.is_empty()) {
            match read(hop) {
                Some(hop) if self.trusts(hop) => {}
                Some(hop) => return Some(hop),
                // Written by whoever wants not to be known: counted as all that this proxy passes on unread.
                None => return Some(peer),
            }
        }
        (!said.is_empty()).then_some(peer)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.holds(address))
    }

    fn lock(&self) -> MutexGuard<'_, Full> {
        self.full.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Full {
    fn begin(&mut self, day: u64) {
        if self.day != day || self.at.len() >= REMEMBERED {
            self.day = day;
            self.salt = RandomState::new();
            self.at.clear();
        }
    }
}

/// How long it takes until one more may be asked.
fn each(limit: u32) -> Duration {
    Duration::from_secs(60) / limit.max(1)
}

/// An address as proxies write it: with or without the port of the connection.
fn read(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?;
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    let address = bare.unwrap_or(hop).parse().ok();
    let address = address.or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address| address.to_canonical())
}

fn of(whose: Whose) -> Whose {
    match whose {
        Whose::Address(address) => Whose::Address(household(address)),
        Whose::Guesses(address) => Whose::Guesses(household(address)),
        Whose::Account(_) => whose,
    }
}

/// A household of IPv6 has a /56.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & (u128::MAX << 72)).into(),
        IpAddr::V4(_) => address,
    }
}

fn seconds(wait: Duration) -> u32 {
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(whole).unwrap_or(u32::MAX).max(1)
}

/// The headers that tell what is left (draft-ietf-httpapi-ratelimit-headers).
#[must_use]
pub fn headers(left: Left) -> [(&'static str, String); 2] {
    let Left {
        limit,
        remaining,
        full_in_s,
        ..
    } = left;
    [
        ("RateLimit-Policy", format!("\"default\";q={limit};w=60")),
        (
            "RateLimit",
            format!("\"default\";r={remaining};t={full_in_s}"),
        ),
    ]
}

/// The key of an app that the request shows, whether or not it is one.
#[must_use]
pub fn shown<'r>(request: &'r HttpRequest, prefix: &str) -> Option<&'r str> {
    let header = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.starts_with(prefix)).then_some(token)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn quota() -> Quota {
        let proxies = ["10.0.0.0/8", "127.0.0.1/32"];
        let parse = |text: &&str| Network::parse(text).unwrap();
        Quota::new(60, proxies.iter().map(parse).collect())
    }

    #[test]
    fn a_bucket_empties_and_fills_by_itself() {
        let quota = quota();
        let who = Whose::Address("192.0.2.1".parse().unwrap());
        let now = quota.began + Duration::from_secs(5);
        let first = quota.take(who, 1, now);
        assert_eq!(
            (first.limit, first.remaining, first.retry_after_s),
            (60, 59, None)
        );
        for _ in 1..60 {
            assert_eq!(quota.take(who, 1, now).retry_after_s, None);
        }
        let refused = quota.take(who, 1, now);
        assert_eq!((refused.remaining, refused.retry_after_s), (0, Some(1)));
        assert_eq!(
            quota
                .take(who, 1, now + Duration::from_secs(1))
                .retry_after_s,
            None
        );
        let other = Whose::Address("192.0.2.2".parse().unwrap());
        assert_eq!(quota.take(other, 1, now).retry_after_s, None);
        assert_eq!(quota.take(Whose::Account(Uuid::nil()), 1, now).limit, 600);
        let guesses = Whose::Guesses("192.0.2.2".parse().unwrap());
        for _ in 0..6 {
            assert_eq!(quota.take(guesses, 1, now).retry_after_s, None);
        }
        assert_eq!(quota.take(guesses, 1, now).retry_after_s, Some(10));
        quota.put_back(guesses, 1);
        assert_eq!(quota.take(guesses, 1, now).retry_after_s, None);
        let tomorrow = now + DAY;
        assert_eq!(quota.take(who, 1, tomorrow).remaining, 59);
    }

    #[test]
    fn a_network_of_ipv6_is_one_household() {
        let quota = quota();
        let take = |address: &str| {
            let who = Whose::Address(address.parse().unwrap());
            quota.take(who, 1, quota.began).remaining
        };
        assert_eq!(take("2001:db8:0:1::1"), 59);
        assert_eq!(take("2001:db8:0:ff:ffff::2"), 58);
        assert_eq!(take("2001:db8:0:100::1"), 59);
    }

    #[test]
    fn a_proxy_is_believed_only_where_it_is_trusted() {
        let quota = quota();
        let address = |peer: &str, said: &[&[u8]]| {
            let mut request =
                TestRequest::default().peer_addr(format!("{peer}:1").parse().unwrap());
            for said in said {
                let said = HeaderValue::from_bytes(said).unwrap();
                request = request.append_header(("X-Forwarded-For", said));
            }
            let address = quota.address(&request.to_srv_request());
            address.map(|ip| ip.to_string())
        };
        for (peer, said, read) in [
            ("192.0.2.1", &[&b"192.0.2.9"[..]][..], Some("192.0.2.1")),
            (
                "10.1.1.1",
                &[b"192.0.2.8, 192.0.2.9, 10.2.2.2"],
                Some("192.0.2.9"),
            ),
            ("127.0.0.1", &[b"192.0.2.9"], Some("192.0.2.9")),
            // What is left of the one that is counted may be anything.
            ("127.0.0.1", &[b"\xe9, 192.0.2.9"], Some("192.0.2.9")),
            ("127.0.0.1", &[b"\xe9", b"192.0.2.9"], Some("192.0.2.9")),
            (
                "127.0.0.1",
                &[b"192.0.2.9", b"192.0.2.8 , 10.2.2.2"],
                Some("192.0.2.8"),
            ),
            // As proxies write them.
            ("127.0.0.1", &[b"192.0.2.9:1234"], Some("192.0.2.9")),
            ("127.0.0.1", &[b"[2001:db8::1]"], Some("2001:db8::1")),
            ("127.0.0.1", &[b"[2001:db8::1]:443"], Some("2001:db8::1")),
            ("127.0.0.1", &[b"::ffff:192.0.2.9"], Some("192.0.2.9")),
            ("127.0.0.1", &[b"192.0.2.9,"], Some("192.0.2.9")),
            ("127.0.0.1", &[b"192.0.2.9,, 10.2.2.2, "], Some("192.0.2.9")),
            // Who cannot be told from others is counted with them.
            ("10.1.1.1", &[b"192.0.2.9, unknown"], Some("10.1.1.1")),
            ("127.0.0.1", &[b"192.0.2.9, unknown"], Some("127.0.0.1")),
            ("127.0.0.1", &[b"192.0.2.9, \xe9"], Some("127.0.0.1")),
            ("127.0.0.1", &[b"192.0.2.9:123456"], Some("127.0.0.1")),
            ("127.0.0.1", &[b""], Some("127.0.0.1")),
            ("127.0.0.1", &[b" , "], Some("127.0.0.1")),
            ("127.0.0.1", &[b"10.2.2.2"], Some("127.0.0.1")),
            // An own program.
            ("127.0.0.1", &[], None),
        ] {
            let said_as_text = said.iter().map(|said| said.escape_ascii().to_string());
            let said_as_text = said_as_text.collect::<Vec<_>>();
            assert_eq!(
                address(peer, said).as_deref(),
                read,
                "{peer}: {said_as_text:?}"
            );
        }
    }
}
