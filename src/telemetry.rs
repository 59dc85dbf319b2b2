//! The log: structured, to standard error. What searchers typed, where they are and from which address they ask never
//! enters it; the spans that could tell are made in `web`, which does not put them in.

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging as `RUST_LOG` says, warnings and our own news where it says nothing. `json` writes one object a
/// line. A second call changes nothing.
pub fn start(json: bool) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,haven=info"));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let started = if json {
        registry.with(layer.json()).try_init()
    } else {
        registry.with(layer.compact()).try_init()
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
}
