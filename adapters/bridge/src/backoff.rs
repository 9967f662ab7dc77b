use std::time::Duration;

use rand::Rng as _;

use crate::config::BackoffSettings;

/// Capped exponential back-off with full jitter: each wait is random, up to a ceiling that doubles, so that bridges
/// that lost the same neighbour don't all come back at once.
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    ceiling: Duration,
}

impl Backoff {
    pub(crate) fn new(settings: BackoffSettings) -> Self {
        let (first, longest) = (settings.first.get(), settings.longest.get());
        Self { first, longest, ceiling: first }
    }

    pub(crate) fn next(&mut self) -> Duration {
        let wait = self.ceiling.mul_f64(rand::rng().random_range(0.0..=1.0));
        self.ceiling = (self.ceiling * 2).min(self.longest);
        wait
    }

    pub(crate) fn reset(&mut self) {
        self.ceiling = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PositiveDuration;

    #[test]
    fn waits_stay_below_a_ceiling_that_doubles_up_to_the_longest() {
        let (first, longest) = (PositiveDuration::from_millis(100), PositiveDuration::from_millis(350));
        let mut backoff = Backoff::new(BackoffSettings { first, longest });
        for ceiling in [100, 200, 350, 350] {
            assert!(backoff.next() <= Duration::from_millis(ceiling));
        }
        backoff.reset();
        assert!(backoff.next() <= Duration::from_millis(100));
    }
}
