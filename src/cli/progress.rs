//! What a person at a terminal sees while a start takes its time; a log line where nobody watches.

use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
    sync::OnceLock,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

/// The bar that is on the terminal, if one is: what else goes there has to go around it.
static SHOWN: OnceLock<ProgressBar> = OnceLock::new();

/// Shows one step after another.
pub(in crate::cli) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(in crate::cli) fn start() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(120));
            SHOWN.get_or_init(|| bar).clone()
        });
        Self { bar }
    }

    /// The step that begins.
    pub(in crate::cli) fn step(&self, text: impl Into<Cow<'static, str>>) {
        let text = text.into();
        match &self.bar {
            Some(bar) => {
                bar.set_style(ProgressStyle::default_spinner());
                bar.set_message(text);
            }
            None => tracing::info!("{text}"),
        }
    }

    /// How far the step is.
    pub(in crate::cli) fn at(&self, done: u64, total: u64) {
        let Some(bar) = &self.bar else { return };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.set_length(total);
        bar.set_position(done);
    }

    /// How far the step is where its end is not known; nothing where nobody watches.
    pub(in crate::cli) fn note(&self, text: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text);
        }
    }

    /// Writes to the terminal around the bar.
    pub(in crate::cli) fn aside(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Nothing more is shown.
    pub(in crate::cli) fn finish(&self) {
        clear();
    }
}

/// Takes the bar off the terminal, where there is one.
pub(in crate::cli) fn clear() {
    if let Some(bar) = SHOWN.get() {
        bar.finish_and_clear();
    }
}

/// Standard error for the log: the bar makes room for each line.
pub(in crate::cli) struct Beside;

impl Write for Beside {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let write = || io::stderr().write_all(line);
        match SHOWN.get().filter(|bar| !bar.is_finished()) {
            Some(bar) => bar.suspend(write)?,
            None => write()?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
