use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Direction, Filter, Operation, Path, Query, SortKey};

use super::document::{deliveries, discard, in_state, letter, replay};
use crate::events::dead_letter::{DeadLetter, DeadLetterError, Letters};
use crate::store::{Store, StoreError};

const PAGE: u32 = 200;

/// The dead letters in the store.
pub(in crate::events) struct StoreDeadLetters {
    store: Arc<dyn Store>,
}

impl StoreDeadLetters {
    pub(in crate::events) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    async fn act(&self, operation: Operation) -> Result<bool, DeadLetterError> {
        match self.store.transact(&[operation]).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[async_trait]
impl Letters for StoreDeadLetters {
    async fn list(&self) -> Result<Vec<DeadLetter>, DeadLetterError> {
        let sort = vec![SortKey { path: Path::id(), direction: Direction::Ascending }];
        let mut query = Query { filter: in_state("parked"), sort, limit: PAGE, ..Query::new(deliveries()) };
        let mut letters = Vec::new();
        loop {
            let found = self.store.query(&query).await?;
            for document in &found.documents {
                letters.push(letter(document)?);
            }
            query.after = found.next;
            if query.after.is_none() {
                return Ok(letters);
            }
        }
    }

    async fn find(&self, id: &str) -> Result<Option<DeadLetter>, DeadLetterError> {
        let filter = Filter::id(id).and(in_state("parked"));
        let query = Query { filter, limit: 1, ..Query::new(deliveries()) };
        Ok(self.store.query(&query).await?.documents.first().map(letter).transpose()?)
    }

    async fn replay(&self, id: &str) -> Result<bool, DeadLetterError> {
        self.act(replay(id)).await
    }

    async fn discard(&self, id: &str) -> Result<bool, DeadLetterError> {
        self.act(discard(id)).await
    }

    async fn replay_all(&self) -> Result<usize, DeadLetterError> {
        let mut replayed = 0;
        for letter in self.list().await? {
            replayed += usize::from(self.act(replay(&letter.id)).await?);
        }
        Ok(replayed)
    }
}
