//! The place of one request, which it may give up for a while.

use std::{cell::RefCell, future::Future, rc::Rc};

use actix_web::web::Data;
use uuid::Uuid;

use super::{Admission, Class, NoRoom, Place, RETRY_AFTER_S};
use crate::web::problem::Problem;

/// A place that a request has; its clones are of the same.
#[derive(Clone)]
pub struct Seat(Rc<Seated>);

struct Seated {
    doors: Data<Admission>,
    class: Class,
    place: RefCell<Option<Place>>,
}

impl Seat {
    /// The seat of a request of the class, empty.
    #[must_use]
    pub fn new(doors: Data<Admission>, class: Class) -> Self {
        Self(Rc::new(Seated {
            doors,
            class,
            place: RefCell::default(),
        }))
    }

    /// Takes a place.
    ///
    /// # Errors
    /// `Unavailable` where there is none.
    pub async fn take(&self) -> Result<(), Problem> {
        let place = self.0.doors.enter(self.0.class).await.map_err(no_room)?;
        *self.0.place.borrow_mut() = Some(place);
        Ok(())
    }

    /// Gives the place up.
    pub fn leave(&self) {
        self.0.place.borrow_mut().take();
    }

    /// Waits for the body of somebody who is signed in, without the place; with one again when it is here.
    ///
    /// # Errors
    /// What `arriving` returns; `Unavailable` where so much is on its way already, or there is no place for it any more.
    pub async fn beside<T>(
        &self,
        account: Uuid,
        arriving: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        if !self.0.class.is_crowded() {
            return arriving.await;
        }
        let room = self.0.doors.receive_of(account).map_err(no_room)?;
        self.leave();
        let arrived = arriving.await?;
        drop(room);
        self.take().await?;
        Ok(arrived)
    }
}

/// What is said where there is no room.
pub(in crate::web) fn no_room(_: NoRoom) -> Problem {
    Problem::unavailable(RETRY_AFTER_S)
}
