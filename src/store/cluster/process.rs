//! One child process and the thread that keeps it.
//!
//! The kernel sends a parent-death signal when the *thread* that started the child ends, so each child is started
//! from a thread of its own that ends only after the child has. A child is signalled under the lock under which it
//! is reaped: a signal can never reach another process that was given the same number.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getppid, kill_process, kill_process_group,
    set_parent_process_death_signal, waitid,
};
use tokio::sync::watch;

use super::account::Account;

/// How to start a program in the cluster's directory.
pub(super) struct Program<'a> {
    pub command: Command,
    pub account: &'a Account,
    /// The directory it works in, handed over open: its path may lie where the account cannot walk.
    pub dir: File,
    pub input: &'a str,
    pub output: File,
    pub on_our_death: Signal,
    pub env: Option<(&'static str, String)>,
}

/// What to call an open directory on the command line of the process that inherits it.
pub(super) fn inherited(dir: &File) -> String {
    format!("/proc/self/fd/{}", dir.as_raw_fd())
}

/// A running child; killed with its process group when dropped.
#[derive(Debug)]
pub(super) struct Process {
    pid: Pid,
    /// `None` once the child is reaped.
    alive: Arc<Mutex<Option<Pid>>>,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Program<'_> {
    /// Starts the program in a process group of its own, so that Ctrl-C on the terminal reaches only Haven.
    pub fn spawn(self) -> io::Result<Process> {
        let (stdin, mut stdin_writer) = io::pipe()?;
        let Program {
            mut command,
            account,
            dir,
            input,
            output,
            on_our_death,
            env,
        } = self;
        account.apply(&mut command);
        command
            .process_group(0)
            .current_dir("/")
            .stdin(stdin)
            .stdout(output.try_clone()?)
            .stderr(output);
        // The settings and secrets of Haven are no business of the child's.
        command.env_clear().env("LC_ALL", "C");
        command.envs(env);
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        prepare_child(&mut command, dir, on_our_death);
        // The texts are shorter than what a pipe holds, so writing before there is a reader cannot block.
        stdin_writer.write_all(input.as_bytes())?;
        drop(stdin_writer);

        let (started, start) = mpsc::sync_channel(1);
        let (ended, exit) = watch::channel(None);
        let alive = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&alive);
        thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || {
                let child = command.spawn();
                // The command holds our copies of the pipe and of the directory.
                drop(command);
                match child {
                    Ok(child) => {
                        let pid = Pid::from_child(&child);
                        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(pid);
                        let _ = started.send(Ok(pid));
                        ended.send_replace(Some(reap(child, pid, &kept)));
                    }
                    Err(cause) => {
                        let _ = started.send(Err(cause));
                    }
                }
            })?;
        let pid = start.recv().map_err(io::Error::other)??;
        Ok(Process { pid, alive, exit })
    }
}

#[allow(unsafe_code)]
fn prepare_child(command: &mut Command, dir: File, on_our_death: Signal) {
    let parent = i32::try_from(std::process::id())
        .ok()
        .and_then(Pid::from_raw);
    let in_child = move || {
        fcntl_setfd(&dir, FdFlags::empty())?;
        // After the change of user, which would clear it.
        set_parent_process_death_signal(Some(on_our_death))?;
        if getppid() != parent {
            return Err(Errno::CHILD.into());
        }
        Ok(())
    };
    // SAFETY: between fork and exec the closure makes three system calls and neither allocates nor locks.
    unsafe {
        command.pre_exec(in_child);
    }
}

fn reap(mut child: Child, pid: Pid, alive: &Mutex<Option<Pid>>) -> ExitStatus {
    let until_ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(Errno::INTR) = waitid(WaitId::Pid(pid), until_ended) {}
    let mut alive = alive.lock().unwrap_or_else(PoisonError::into_inner);
    *alive = None;
    child.wait().unwrap_or_default()
}

impl Process {
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Waits for the child's end; at once when it has ended.
    pub async fn exited(&self) -> ExitStatus {
        let mut exit = self.exit.clone();
        let status = exit.wait_for(Option::is_some).await;
        status.ok().and_then(|status| *status).unwrap_or_default()
    }

    pub fn signal(&self, signal: Signal) {
        let alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pid) = *alive {
            let _ = kill_process(pid, signal);
        }
    }

    pub fn kill(&self) {
        let alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pid) = *alive {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    fn ends_within(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if self.exit.borrow().is_some() {
                return true;
            }
            thread::sleep(Duration::from_millis(2));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.exit.borrow().is_some() {
            return;
        }
        // Postgres leaves at once without a checkpoint and recovers at the next start; initdb just ends.
        self.signal(Signal::QUIT);
        if !self.ends_within(Duration::from_secs(2)) {
            self.kill();
            self.ends_within(Duration::from_secs(1));
        }
    }
}
