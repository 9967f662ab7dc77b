use std::sync::Arc;

use application::Grant;
use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;

use super::refusal::Refusal;
use crate::grants::GrantBook;

/// The function that calls, as its token says.
#[derive(Clone)]
pub(super) struct Function(Arc<str>);

impl Function {
    pub(super) fn new(name: &str) -> Self {
        Self(name.into())
    }

    pub(super) fn name(&self) -> &str {
        &self.0
    }

    /// The name of the function whose request has these extensions. Empty if no token was recognised.
    pub(super) fn name_in(extensions: &Extensions) -> &str {
        extensions.get::<Self>().map_or("", Self::name)
    }

    /// Refuses what the function is not granted, and counts the use of a grant.
    pub(super) fn require(&self, grants: &GrantBook, grant: &Grant) -> Result<(), Refusal> {
        if grants.allow(self.name(), grant) { Ok(()) } else { Err(Refusal::not_granted(self.name(), grant)) }
    }
}

impl<S: Sync> FromRequestParts<S> for Function {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get().cloned().ok_or_else(Refusal::unauthenticated)
    }
}
