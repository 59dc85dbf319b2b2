//! Of the machine: the data directory, its disk, the files that may be open.

use std::{io, path::Path};

use rustix::{
    fs::{Access, access, statvfs},
    process::{Resource, getrlimit},
};

use super::Report;
use crate::config::Settings;

/// Below this the private database soon cannot write any more: its log alone takes 256 MiB.
const ROOM_MIB: u64 = 512;

/// Each connection is a file; fewer files than these are too few for a directory that many use.
const FILES: u64 = 4_096;

pub(super) fn check(settings: &Settings, report: &mut Report) {
    let dir = &settings.data_dir;
    report.line("HAVEN_DATA_DIR", dir.display().to_string(), unwritable(dir));
    if let Some((value, fault)) = room(dir) {
        report.line("disk space", value, fault);
    }
    let files = getrlimit(Resource::Nofile).maximum;
    let value = files.map_or_else(|| "no limit".to_owned(), |files| format!("up to {files}"));
    let few = files.filter(|files| *files < FILES).map(|_| {
        format!("every connection takes one: allow {FILES} or more (LimitNOFILE=, ulimit -Hn)")
    });
    report.line("open files", value, few);
}

fn nearest(dir: &Path) -> Option<&Path> {
    // Of a relative path the last ancestor is empty, and means the working directory.
    let here = |dir: &Path| dir.as_os_str().is_empty();
    let found = dir.ancestors().find(|dir| here(dir) || dir.exists())?;
    Some(if here(found) { Path::new(".") } else { found })
}

fn unwritable(data_dir: &Path) -> Option<String> {
    let nearest = nearest(data_dir)?;
    let error = access(nearest, Access::WRITE_OK | Access::EXEC_OK).err()?;
    let nearest = nearest.display();
    Some(format!(
        "Haven may not write to {nearest} ({}): give it that right, or set HAVEN_DATA_DIR",
        io::Error::from(error)
    ))
}

fn room(data_dir: &Path) -> Option<(String, Option<String>)> {
    let disk = statvfs(nearest(data_dir)?).ok()?;
    let free_mib = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
    let fault = (free_mib < ROOM_MIB).then(|| {
        format!(
            "database and indexes want {ROOM_MIB} MiB or more: free some, or set HAVEN_DATA_DIR to another disk"
        )
    });
    Some((format!("{free_mib} MiB free"), fault))
}
