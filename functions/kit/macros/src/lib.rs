//! What `#[kit::endpoint]` and `#[derive(Refusal)]` expand to.

#![warn(missing_docs)]

mod docs;
mod endpoint;
mod refusal;

use proc_macro::TokenStream;

/// Serves a function at a method and a path: `#[kit::endpoint(GET "/api/products")]`.
///
/// The arguments are axum extractors and the result is a `kit::Answer`; both also say what the OpenAPI document holds:
/// parameters, body, security, answers and refusals. The function's name becomes the operation's id, its documentation the
/// summary (first paragraph) and description (the rest).
#[proc_macro_attribute]
pub fn endpoint(attribute: TokenStream, item: TokenStream) -> TokenStream {
    endpoint::expand(attribute.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes an enum the refusals of an operation, see `values::Refusal`.
///
/// Each variant says its status, `#[refusal(Conflict)]`, and holds nothing or one value with particulars (fields at fault,
/// a time to wait). Its code is its name in snake case, or `#[refusal(BadGateway, code = "provider_unavailable")]`.
/// `#[refusal(transparent)]` takes in another enum of refusals.
#[proc_macro_derive(Refusal, attributes(refusal))]
pub fn derive_refusal(item: TokenStream) -> TokenStream {
    refusal::expand(item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
