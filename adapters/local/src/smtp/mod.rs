//! stub
use http::*;
use wasmtime_wasi_http::WasiBody;
/// stub
pub struct Inbox;
impl Inbox {
    /// stub
    pub fn answer(&self, _: &Method, _: &str) -> Option<Response<WasiBody>> { None }
}
