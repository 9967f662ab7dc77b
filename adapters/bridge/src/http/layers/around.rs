use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tracing::Span;

use crate::http::refusal::Refusal;

/// What a layer does before and after a request is handled.
///
/// Both steps are synchronous. A stack of such layers therefore needs neither boxed futures nor clones of the services
/// below, which for a stack of `axum::middleware::from_fn` would cost more than all that the layers do.
pub(in crate::http) trait Around: Clone {
    /// What is kept of the request until it is answered.
    type Kept;

    /// Looks at the request, and may refuse it.
    fn before(&self, request: &mut Request) -> Result<Self::Kept, Refusal>;

    /// Looks at the response.
    fn after(&self, kept: Self::Kept, response: &mut Response);

    /// The span that the request is handled in.
    fn span(_: &Self::Kept) -> Span {
        Span::none()
    }
}

/// The layer that does what an [`Around`] says.
#[derive(Clone)]
pub(in crate::http) struct AroundLayer<A>(pub(in crate::http) A);

#[derive(Clone)]
pub(in crate::http) struct AroundService<S, A> {
    inner: S,
    around: A,
}

pin_project! {
    #[project = Projection]
    pub(in crate::http) enum AroundFuture<F, A: Around> {
        Refused { response: Option<Response> },
        Running { #[pin] inner: F, around: A, span: Span, kept: Option<A::Kept> },
    }
}

impl<S, A: Around> Layer<S> for AroundLayer<A> {
    type Service = AroundService<S, A>;

    fn layer(&self, inner: S) -> Self::Service {
        AroundService { inner, around: self.0.clone() }
    }
}

impl<S: Service<Request, Response = Response>, A: Around> Service<Request> for AroundService<S, A> {
    type Response = Response;
    type Error = S::Error;
    type Future = AroundFuture<S::Future, A>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        match self.around.before(&mut request) {
            Ok(kept) => {
                let inner = self.inner.call(request);
                let (around, span) = (self.around.clone(), A::span(&kept));
                AroundFuture::Running { inner, around, span, kept: Some(kept) }
            }
            Err(refusal) => AroundFuture::Refused { response: Some(refusal.into_response()) },
        }
    }
}

impl<F: Future<Output = Result<Response, E>>, E, A: Around> Future for AroundFuture<F, A> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match self.project() {
            Projection::Refused { response } => Poll::Ready(Ok(response.take().unwrap_or_default())),
            Projection::Running { inner, around, span, kept } => {
                let entered = span.enter();
                let mut response = ready!(inner.poll(context))?;
                drop(entered);
                if let Some(kept) = kept.take() {
                    around.after(kept, &mut response);
                }
                Poll::Ready(Ok(response))
            }
        }
    }
}
