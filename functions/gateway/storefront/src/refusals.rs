use values::Refusal;

/// Why no file is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum NoFile {
    #[error("There is no such file.")]
    #[refusal(NotFound, code = "not_found")]
    NoFile,
    #[error("There is no such page.")]
    #[refusal(NotFound, code = "not_found")]
    NoPage,
}
