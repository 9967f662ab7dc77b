//! Applies all operations of a transaction, or none.

use std::time::Duration;

use bson::{Document, doc};
use mongodb::error::{Error, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::ReadConcern;
use mongodb::{ClientSession, Database};
use protocol::{Conflict, Expect, Operation, Outcome};
use tokio::time::{Instant, sleep, timeout};

use super::check::Step;
use super::failure::Failure;
use super::turns::Turns;
use super::{error, filter, update};
use crate::config::MongoSettings;
use crate::store::error::StoreError;
use crate::store::fit::pinned_ids;
use crate::store::limits::MAX_CHANGED;
use crate::store::unfit::UnfitOperation;

/// How long the operations of one attempt may take. What they write is locked meanwhile, so that the commit of a bridge
/// that hangs must not keep others waiting; and [`super::abandoned`] ends what is open for longer.
const ATTEMPT_TIME: Duration = Duration::from_secs(2);
/// The longest pause before the second attempt. It doubles with each attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
/// The longest pause before any attempt.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// A transaction was retried until its time was over.
#[derive(Debug, thiserror::Error)]
#[error("other transactions were in the way for too long")]
struct Contended {
    #[source]
    last: Option<StoreError>,
}

/// An attempt took too long.
#[derive(Debug, thiserror::Error)]
#[error("the operations of a transaction took too long")]
struct Slow;

/// Applies all operations in order, or none.
pub(super) async fn run(
    database: &Database,
    settings: &MongoSettings,
    turns: &Turns,
    operations: &[Operation],
) -> Result<Vec<Outcome>, StoreError> {
    let late = || StoreError::unavailable(Contended { last: None });
    // Dropping the session aborts its transaction.
    let (command_time, retry_time) = (settings.command_timeout.get(), settings.transaction_timeout.get());
    timeout(retry_time + command_time, async {
        match operations {
            [] => Ok(Vec::new()),
            [operation] if is_atomic(operation) => {
                Ok(vec![run_single(database, operation, command_time).await?])
            }
            operations => {
                let deadline = Instant::now() + retry_time;
                let _turns = timeout(retry_time, turns.take(operations)).await.map_err(|_| late())?;
                run_in_transaction(database, operations, deadline).await
            }
        }
    })
    .await
    .map_err(|_| late())?
}

/// Whether an operation and its expectation are atomic without a transaction: it concerns at most one document, and
/// changes it only if one is expected.
fn is_atomic(operation: &Operation) -> bool {
    match operation {
        // With nothing else to commit, a check only has to hold when it is read.
        Operation::Insert { .. } | Operation::Upsert { .. } | Operation::Check { .. } => true,
        Operation::Update { filter, expect, .. } | Operation::Delete { filter, expect, .. } => {
            expect.met_by(1) && pinned_ids(filter).is_some_and(|ids| ids.len() <= 1)
        }
    }
}

async fn run_single(
    database: &Database,
    operation: &Operation,
    max_time: Duration,
) -> Result<Outcome, StoreError> {
    let documents = database.collection::<Document>(operation.collection().as_str());
    let failed = |error: Error| error::to_operation_error(&error, 0);
    let (matched, expect) = match operation {
        Operation::Insert { document, .. } => {
            documents.insert_one(document).await.map_err(failed)?;
            (1, Expect::Any)
        }
        Operation::Upsert { document, .. } => {
            documents.replace_one(by_id(document), document).upsert(true).await.map_err(failed)?;
            (1, Expect::Any)
        }
        Operation::Update { filter, update, expect, .. } => {
            let (changes, options) = update::to_document(update);
            let updated =
                documents.update_one(filter::to_document(filter), changes).with_options(options).await;
            (updated.map_err(failed)?.matched_count, *expect)
        }
        Operation::Delete { filter, expect, .. } => {
            let deleted = documents.delete_one(filter::to_document(filter)).await;
            (deleted.map_err(failed)?.deleted_count, *expect)
        }
        Operation::Check { filter, expect, .. } => {
            let counted = documents.count_documents(filter::to_document(filter)).max_time(max_time).await;
            (counted.map_err(failed)?, *expect)
        }
    };
    check_expectation(0, expect, matched)
}

async fn run_in_transaction(
    database: &Database,
    operations: &[Operation],
    deadline: Instant,
) -> Result<Vec<Outcome>, StoreError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut session =
            database.client().start_session().await.map_err(|error| error::to_store_error(&error))?;
        match attempt(database, &mut session, operations, deadline).await {
            Ok(outcomes) => return Ok(outcomes),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Retry(error)) if Instant::now() + pause >= deadline => {
                return Err(StoreError::unavailable(Contended { last: Some(error) }));
            }
            Err(Failure::Retry(_)) => {
                let part = rand::random_range(0.1..1.0);
                sleep(pause.mul_f64(part)).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    }
}

async fn attempt(
    database: &Database,
    session: &mut ClientSession,
    operations: &[Operation],
    deadline: Instant,
) -> Result<Vec<Outcome>, Failure> {
    let failed = |error: Error| Failure::new(&error, 0);
    session.start_transaction().read_concern(ReadConcern::snapshot()).await.map_err(failed)?;
    let outcomes = match timeout(ATTEMPT_TIME, apply_all(database, session, operations)).await {
        Ok(Ok(outcomes)) => outcomes,
        Ok(Err(failure)) => {
            // A transaction that can't be aborted now will time out; the failure matters more.
            let _ = session.abort_transaction().await;
            return Err(failure);
        }
        // Dropping the session aborts its transaction, whatever it waits for.
        Err(_) => return Err(Failure::Retry(StoreError::unavailable(Slow))),
    };
    loop {
        match session.commit_transaction().await {
            Ok(()) => return Ok(outcomes),
            Err(error)
                if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && Instant::now() < deadline =>
            {
                sleep(FIRST_PAUSE).await;
            }
            Err(error) => return Err(Failure::new(&error, operations.len())),
        }
    }
}

async fn apply_all(
    database: &Database,
    session: &mut ClientSession,
    operations: &[Operation],
) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes = Vec::with_capacity(operations.len());
    for (number, operation) in operations.iter().enumerate() {
        let step = Step { database, session: &mut *session, collection: operation.collection(), number };
        outcomes.push(apply(step, operation).await?);
    }
    Ok(outcomes)
}

async fn apply(mut step: Step<'_>, operation: &Operation) -> Result<Outcome, Failure> {
    let documents = step.database.collection::<Document>(step.collection.as_str());
    let number = step.number;
    let failed = |error: Error| Failure::new(&error, number);
    let (matched, expect) = match operation {
        Operation::Insert { document, .. } => {
            documents.insert_one(document).session(&mut *step.session).await.map_err(failed)?;
            (1, Expect::Any)
        }
        Operation::Upsert { document, .. } => {
            let replace = documents.replace_one(by_id(document), document).upsert(true);
            replace.session(&mut *step.session).await.map_err(failed)?;
            (1, Expect::Any)
        }
        Operation::Update { filter, update, expect, .. } => {
            let (changes, options) = update::to_document(update);
            let update = documents.update_many(filter::to_document(filter), changes).with_options(options);
            let updated = update.session(&mut *step.session).await.map_err(failed)?;
            // A document that the update doesn't change is not written, so it would not be locked until the commit.
            if updated.modified_count < updated.matched_count {
                step.lock_matching(filter).await?;
            }
            (updated.matched_count, *expect)
        }
        Operation::Delete { filter, expect, .. } => {
            let delete = documents.delete_many(filter::to_document(filter));
            (delete.session(&mut *step.session).await.map_err(failed)?.deleted_count, *expect)
        }
        Operation::Check { filter, expect, .. } => (step.check(filter, *expect).await?, *expect),
    };
    let changes = matches!(operation, Operation::Update { .. } | Operation::Delete { .. });
    if changes && matched > MAX_CHANGED as u64 {
        return Err(Failure::Final(UnfitOperation::TooManyDocuments.at(number).into()));
    }
    check_expectation(number, expect, matched).map_err(Failure::Final)
}

fn by_id(document: &Document) -> Document {
    document.get("_id").map_or_else(Document::new, |id| doc! { "_id": id })
}

fn check_expectation(operation: usize, expect: Expect, matched: u64) -> Result<Outcome, StoreError> {
    if expect.met_by(matched) {
        return Ok(Outcome { matched });
    }
    let operation = u32::try_from(operation).unwrap_or(u32::MAX);
    Err(StoreError::Conflict(Conflict::Unmet { operation, matched }))
}
