//! What follows the head of a request: it is asked for when somebody begins to read it, and where nobody read it to its
//! end the connection ends with the answer.
//!
//! Left to itself the server says `100 Continue` before anybody has looked at the head, and reads what was refused to
//! its end, so that a stranger may send for as long as they like. Here a request that waits to be told to go on is
//! answered like any other; only where its body is wanted is it told so. Deliberately absent: who is let in.

use std::{
    cell::{OnceCell, RefCell},
    fmt,
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use actix_http::{ConnectionType, Request};
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::{
    Error, HttpMessage,
    body::{BodySize, BoxBody, MessageBody},
    dev::{AppConfig, Payload, Response, ServiceResponse},
    error::PayloadError,
    web::Bytes,
};
use futures_util::{FutureExt, Stream, future::LocalBoxFuture, task::noop_waker_ref};

use super::connection::Spill;

/// The two services of a server that answer with the same application: the first every request, the second those that
/// wait to be told to go on.
pub fn services<I, F, B>(app: I) -> (Answering<F>, Asking<F::Service>)
where
    I: IntoServiceFactory<F, Request>,
    F: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error>,
{
    let app = app.into_factory();
    let started = Rc::new(OnceCell::new());
    let asking = Asking(Rc::clone(&started));
    (Answering { app, started }, asking)
}

type Started<S> = Rc<OnceCell<S>>;

/// Makes the service that answers.
pub struct Answering<F: ServiceFactory<Request>> {
    app: F,
    started: Started<F::Service>,
}

/// The service that tells who waits to go on, or answers them at once.
pub struct Asking<S>(Started<S>);

impl<F, B> ServiceFactory<Request> for Answering<F>
where
    F: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error>,
    F::InitError: fmt::Debug,
    F::Future: 'static,
    F::Service: 'static,
    <F::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = Response<BoxBody>;
    type Error = Response<BoxBody>;
    type Config = ();
    type Service = Answers<F::Service>;
    type InitError = F::InitError;
    type Future = LocalBoxFuture<'static, Result<Self::Service, Self::InitError>>;

    fn new_service(&self, _: ()) -> Self::Future {
        let started = Rc::clone(&self.started);
        let starting = self.app.new_service(AppConfig::default());
        async move {
            let app = starting.await?;
            started.get_or_init(|| app);
            Ok(Answers(started))
        }
        .boxed_local()
    }
}

impl<S> ServiceFactory<Request> for Asking<S>
where
    Self: Service<Request>,
{
    type Response = <Self as Service<Request>>::Response;
    type Error = <Self as Service<Request>>::Error;
    type Config = ();
    type Service = Self;
    type InitError = std::convert::Infallible;
    type Future = std::future::Ready<Result<Self, Self::InitError>>;

    fn new_service(&self, _: ()) -> Self::Future {
        std::future::ready(Ok(Self(Rc::clone(&self.0))))
    }
}

/// The service that answers.
pub struct Answers<S>(Started<S>);

impl<S, B> Service<Request> for Answers<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = Response<BoxBody>;
    type Error = Response<BoxBody>;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    actix_service::always_ready!();

    fn call(&self, request: Request) -> Self::Future {
        let begun = request.extensions_mut().remove::<Begun>();
        let begun = begun.or_else(|| Some(Begun::on(self.0.get()?, request, false)));
        let Some(begun) = begun else {
            return unstarted().map(Err).boxed_local();
        };
        if let Some(body) = &begun.body {
            body.let_in();
        }
        begun.answer.map(Ok).boxed_local()
    }
}

impl<S, B> Service<Request> for Asking<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    /// To be told to go on.
    type Response = Request;
    /// To be answered as it stands.
    type Error = Response<BoxBody>;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    actix_service::always_ready!();

    fn call(&self, request: Request) -> Self::Future {
        let begun = self.0.get().map(|app| Begun::on(app, request, true));
        async {
            let Some(mut begun) = begun else {
                return Err(unstarted().await);
            };
            match begun.answered_unread().await {
                Some(answer) => Err(answer),
                None => {
                    let request = Request::new();
                    request.extensions_mut().insert(begun);
                    Ok(request)
                }
            }
        }
        .boxed_local()
    }
}

/// No connection comes before the service has started.
async fn unstarted() -> Response<BoxBody> {
    Response::internal_server_error().map_into_boxed_body()
}

/// A request that is being answered.
struct Begun {
    body: Option<Body>,
    answer: LocalBoxFuture<'static, Response<BoxBody>>,
}

impl Begun {
    fn on<S, B>(app: &S, mut request: Request, held: bool) -> Self
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
        S::Future: 'static,
        B: MessageBody + 'static,
    {
        let body = match request.take_payload() {
            Payload::None => None,
            payload => Some(Body::of(payload, held)),
        };
        if let Some(body) = body.clone() {
            let payload = Box::pin(body);
            *request.payload() = Payload::Stream { payload };
        }
        let spill = request.conn_data::<Spill>().cloned();
        let answering = app.call(request);
        let sent = body.clone();
        let answer = async move {
            let answer = match answering.await {
                Ok(answer) => Response::from(answer).map_into_boxed_body(),
                Err(error) => error.error_response().into(),
            };
            match sent {
                Some(body) if !body.is_over() => ending(answer, body, spill),
                _ => answer,
            }
        };
        Self {
            body,
            answer: answer.boxed_local(),
        }
    }

    /// The answer, where it comes without a look at the body.
    async fn answered_unread(&mut self) -> Option<Response<BoxBody>> {
        poll_fn(|context| match self.answer.poll_unpin(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending if self.body.as_ref().is_some_and(Body::is_wanted) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}

/// The answer with which the connection ends: what is still on its way is read for a moment, so that the answer
/// arrives, and no further.
fn ending(mut answer: Response<BoxBody>, body: Body, spill: Option<Spill>) -> Response<BoxBody> {
    answer.head_mut().set_connection_type(ConnectionType::Close);
    if let Some(spill) = spill {
        spill.begin();
    }
    answer.map_body(|_, answer| {
        BoxBody::new(Unread {
            answer,
            _body: body,
        })
    })
}

/// What follows a head. Whoever reads it and whoever watches over it hold the same.
#[derive(Clone)]
struct Body(Rc<RefCell<Arriving>>);

struct Arriving {
    payload: Payload,
    /// Nothing of it is given out yet.
    held: bool,
    over: bool,
    /// Who wished to read while it was held.
    reader: Option<Waker>,
}

impl Body {
    fn of(payload: Payload, held: bool) -> Self {
        Self(Rc::new(RefCell::new(Arriving {
            payload,
            held,
            over: false,
            reader: None,
        })))
    }

    fn is_wanted(&self) -> bool {
        self.0.borrow().reader.is_some()
    }

    fn let_in(&self) {
        let reader = {
            let mut arriving = self.0.borrow_mut();
            arriving.held = false;
            arriving.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Whether all of it is here: what came with the head needs no reader.
    fn is_over(&self) -> bool {
        let mut arriving = self.0.borrow_mut();
        let mut context = Context::from_waker(noop_waker_ref());
        while !arriving.held && matches!(arriving.poll(&mut context), Poll::Ready(Some(Ok(_)))) {}
        arriving.over
    }
}

impl Arriving {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut self.payload).poll_next(context);
        self.over = matches!(polled, Poll::Ready(None));
        polled
    }
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut arriving = self.0.borrow_mut();
        if arriving.held {
            arriving.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        arriving.poll(context)
    }
}

/// An answer that keeps the body to which it came too early. The server would read on for as long as it is sent what
/// nobody holds any more; where somebody does, it ends the connection.
struct Unread {
    answer: BoxBody,
    _body: Body,
}

impl MessageBody for Unread {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(context)
    }
}
