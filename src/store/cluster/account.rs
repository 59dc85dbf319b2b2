//! The system user that Postgres runs as.
//!
//! Postgres refuses to run as root. Haven as root runs it as the owner of the cluster; a new cluster belongs to
//! `postgres` where that user exists (the distributions' packages make it), else to `nobody`. Haven as a plain user
//! runs it as itself. Names come from `/etc/passwd`, and from `id` for users that are kept elsewhere.

use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::process::{getegid, geteuid};

/// A system user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
    pub name: String,
}

impl Account {
    /// The user whom this process runs as.
    pub fn own() -> Account {
        let uid = geteuid().as_raw();
        Account {
            uid,
            gid: getegid().as_raw(),
            name: name_of(uid),
        }
    }

    /// The user to run Postgres as, given the owner of the cluster when there is one already.
    pub fn for_postgres(owner: Option<(u32, u32)>) -> Account {
        let own = Account::own();
        if own.uid != 0 {
            return own;
        }
        match owner {
            Some((uid, gid)) if uid != 0 => Account {
                uid,
                gid,
                name: name_of(uid),
            },
            _ => unprivileged(&passwd()),
        }
    }

    /// Gives a file or directory to this user; only root ever has to.
    pub fn take(&self, path: &Path) -> io::Result<()> {
        if geteuid().as_raw() == self.uid {
            return Ok(());
        }
        chown(path, Some(self.uid), Some(self.gid))
    }

    /// Makes the command run as this user.
    pub fn apply(&self, command: &mut Command) {
        if geteuid().as_raw() != self.uid {
            command.uid(self.uid).gid(self.gid);
        }
    }
}

fn unprivileged(passwd: &str) -> Account {
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| accounts(passwd).find(|account| account.name == *name))
        .unwrap_or(Account {
            // What Linux itself calls the overflow user; every distribution names it nobody.
            uid: 65534,
            gid: 65534,
            name: "nobody".to_owned(),
        })
}

fn name_of(uid: u32) -> String {
    if let Some(account) = accounts(&passwd()).find(|account| account.uid == uid) {
        return account.name;
    }
    let said = Command::new("id").arg("-un").arg(uid.to_string()).output();
    match said {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
        _ => uid.to_string(),
    }
}

fn passwd() -> String {
    fs::read("/etc/passwd").map_or_else(
        |_| String::new(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    )
}

fn accounts(passwd: &str) -> impl Iterator<Item = Account> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { uid, gid, name })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str =
        "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533::/:/usr/sbin/nologin\n";

    #[test]
    fn postgres_is_preferred_to_nobody() {
        let nobody = unprivileged(PASSWD);
        assert_eq!((nobody.name.as_str(), nobody.gid), ("nobody", 65533));
        let both = format!("{PASSWD}postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n");
        assert_eq!(unprivileged(&both).name, "postgres");
        assert_eq!(unprivileged("").uid, 65534);
    }

    #[test]
    fn a_user_that_nobody_knows_keeps_its_number() {
        assert_eq!(name_of(4_000_123), "4000123");
        assert_eq!(name_of(0), "root");
    }
}
