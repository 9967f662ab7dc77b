//! Prints the OpenAPI document; `make openapi` keeps it.

#[expect(clippy::print_stdout, reason = "the document is what this program is for")]
fn main() {
    println!("{}", openapi::text());
}
