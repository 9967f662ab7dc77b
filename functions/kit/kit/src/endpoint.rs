use axum::Router;

/// A function that `#[kit::endpoint]` serves.
pub trait Endpoint {
    /// The path of its route.
    const PATH: &'static str;

    /// Adds its route.
    fn serve(router: Router) -> Router;

    /// Adds what its signature says of it.
    #[cfg(not(target_arch = "wasm32"))]
    fn describe(component: &mut crate::describe::Component);
}
