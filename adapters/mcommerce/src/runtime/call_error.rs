/// A component did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Too many requests are in flight.
    #[error("too many requests at once")]
    Busy,
    #[error("no answer in time")]
    TimedOut,
    /// The instance panicked or was stopped.
    #[error("the component failed")]
    Failed,
}
