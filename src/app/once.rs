//! Requests that may come twice, because a finger or a network did it twice: done once, answered twice.

use serde::Serialize;
use serde_json::Value;

use crate::{
    app::{App, AppError},
    credentials::token,
    domain::actor::Person,
    store::{WriteTx, drafts::Begun},
};

/// The key under which somebody asks, with a hash of what they ask.
#[derive(Clone, Debug)]
pub struct Once {
    key: Option<String>,
    request: String,
}

impl Once {
    /// Of a key, where one was sent; `operation` and `body` are what is asked.
    #[must_use]
    pub fn new(key: Option<String>, operation: &str, body: &Value) -> Self {
        Self {
            key,
            request: token::hash(&format!("{operation} {body}")),
        }
    }
}

/// Does `work` in one transaction with the keeping of its answer; what was done before is answered as it was then.
///
/// # Errors
/// `InFlight` while the same is being done, `KeyReused` where the key came with something else; what `work` returns.
pub(in crate::app) async fn once<T: Serialize>(
    app: &App,
    person: &Person,
    once: &Once,
    work: impl AsyncFnOnce(&mut WriteTx<'_>) -> Result<T, AppError>,
) -> Result<Value, AppError> {
    let now = app.now();
    let json =
        |answer: &T| serde_json::to_value(answer).map_err(|error| AppError::Internal(error.into()));
    app.write(person, async |tx| {
        let Some(key) = &once.key else {
            return json(&work(tx).await?);
        };
        match tx.begin_once(key, &once.request, now).await? {
            Begun::Fresh => {}
            Begun::Done(answer) => return Ok(answer),
            Begun::Another => return Err(AppError::KeyReused),
            Begun::Busy => return Err(AppError::InFlight),
        }
        let answer = json(&work(tx).await?)?;
        tx.finish_once(key, &once.request, &answer, now).await?;
        Ok(answer)
    })
    .await
}
