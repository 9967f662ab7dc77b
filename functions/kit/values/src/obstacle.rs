use std::convert::Infallible;

use protocol::Unencodable;

use crate::fault::Fault;
use crate::problem::Problem;
use crate::refusal::Refusal;

/// What stands in the way of a request that may be a repetition of an earlier one.
#[derive(Debug)]
pub enum Obstacle<R = Infallible> {
    /// The request is refused, unless it was done before: what it took itself must not stand in its way.
    UnlessDone(Problem<R>),
    /// The request is refused whatever was done before.
    Always(Problem<R>),
}

impl<R> Obstacle<R> {
    /// The same obstacle, whichever refusals it was one of.
    #[must_use]
    pub fn erase<S>(self) -> Obstacle<S> {
        match self {
            Self::UnlessDone(problem) => Obstacle::UnlessDone(problem.erase()),
            Self::Always(problem) => Obstacle::Always(problem.erase()),
        }
    }
}

impl<R: Refusal> From<R> for Obstacle<R> {
    fn from(refusal: R) -> Self {
        Self::UnlessDone(refusal.into())
    }
}

impl<R> From<Fault> for Obstacle<R> {
    fn from(fault: Fault) -> Self {
        Self::Always(fault.into())
    }
}

impl<R> From<Unencodable> for Obstacle<R> {
    fn from(error: Unencodable) -> Self {
        Fault::from(error).into()
    }
}
