//! The log, and the metrics below: structured, and free of what searchers typed, where they are and from which address
//! they ask. The spans that could tell are made in `web`, which does not put them in; this module sees to the rest.
//!
//! Invariants, whatever `RUST_LOG` says: dependencies log nothing below INFO, because there they write down requests,
//! queries and addresses; and a panic is told by its place alone, because its message may quote the text that it is
//! about.

pub mod metrics;

use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::filter_fn,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// What is logged where `RUST_LOG` says nothing.
const DEFAULT: &str = "warn,haven=info";

/// How the log is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    /// One JSON object a line.
    pub json: bool,
    /// With colours, for a terminal.
    pub colour: bool,
}

/// Starts logging to `writer` as `RUST_LOG` says, warnings and our own news where it says nothing. A second call
/// changes nothing.
pub fn start<W>(shape: Shape, writer: W)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let asked = std::env::var("RUST_LOG").unwrap_or_default();
    let asked = if asked.trim().is_empty() {
        DEFAULT
    } else {
        &asked
    };
    let filter = EnvFilter::try_new(asked).unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let layer = fmt::layer()
        .with_writer(writer)
        .with_target(false)
        .with_ansi(shape.colour);
    let layer = if shape.json {
        layer.json().boxed()
    } else {
        layer.compact().boxed()
    };
    let layer = layer.with_filter(filter_fn(is_harmless));
    let started = tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .try_init();
    if started.is_err() {
        tracing::debug!("the log was started before");
        return;
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
}

fn is_harmless(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let ours = target == "haven" || target.starts_with("haven::");
    ours || *metadata.level() <= Level::INFO
}
