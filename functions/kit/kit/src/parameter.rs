use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use values::{Fault, FieldFault, Invalid};

use crate::host::Compiled;
use crate::problem::Rejection;

/// The parameter of a route that has one: the id of `/api/orders/{id}`.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<T>(pub T);

impl<S: Send + Sync, T: FromStr<Err: Into<FieldFault>>> FromRequestParts<S> for Parameter<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let (name, value) = first(parts).await?;
        value.parse().map(Self).map_err(|fault: T::Err| Invalid::field(name, fault).into())
    }
}

/// The name and the value of the first parameter.
fn first(parts: &mut Parts) -> Compiled<'_, Result<(String, String), Rejection>> {
    Box::pin(async {
        let parameters = RawPathParams::from_request_parts(parts, &()).await.map_err(Fault::internal)?;
        let first = parameters.iter().next().map(|(name, value)| (name.to_owned(), value.to_owned()));
        first.ok_or_else(|| Fault::internal("a route without a parameter").into())
    })
}
