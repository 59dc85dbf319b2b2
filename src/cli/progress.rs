//! What a person at a terminal sees while a start takes its time; a log line where nobody watches.

use std::{borrow::Cow, io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// Shows one step after another.
pub(in crate::cli) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(in crate::cli) fn start() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
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

    /// Nothing more is shown.
    pub(in crate::cli) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
