use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use crate::{FieldError, Problem};

/// The parameter of a route that has one, parsed: the id of `/api/orders/{id}`. 422 naming it if it can't be.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<T>(pub T);

impl<S: Send + Sync, T: FromStr<Err: Display>> FromRequestParts<S> for Parameter<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let refused = |name: &str, why: &dyn Display| Problem::invalid(vec![FieldError::invalid(name, why)]);
        let parameters = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|error| refused("path", &error.body_text()))?;
        let (name, value) =
            parameters.iter().next().ok_or_else(|| Problem::internal("a route without a parameter"))?;
        value.parse().map(Self).map_err(|error| refused(name, &error))
    }
}
