use application::{Access, Grant};
use axum::body::Body;
use axum::http::HeaderMap;
use protocol::{NewEvent, Operation, TransactAnswer, TransactRequest};
use uuid::Uuid;

use super::body;
use super::call::{Call, Failed};
use super::media::Media;
use super::refusal::Refusal;
use crate::events::Emission;
use crate::metrics::EventLabels;

pub(super) async fn run(call: &Call, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Failed> {
    let request: TransactRequest = body::read(headers, body).await?;
    let about = about(&request);
    if call.is_traced() {
        let collections: Vec<_> = request.operations.iter().map(Operation::collection).collect();
        call.describe(&collections, &about);
    }
    match commit(call, request).await {
        Ok(answer) => Ok(Media::of_answer(headers).encode(&answer)?),
        Err(refusal) => Err(Failed { refusal, about }),
    }
}

async fn commit(call: &Call, request: TransactRequest) -> Result<TransactAnswer, Refusal> {
    authorise(call, &request)?;
    let TransactRequest { mut operations, events } = request;
    let own = operations.len();
    let kinds: Vec<_> = events.iter().map(|event| event.kind.clone()).collect();
    let mut ids = Vec::with_capacity(events.len());
    for (seq, event) in events.into_iter().enumerate() {
        let emission = emission(call, event);
        ids.push(emission.id.to_string());
        operations.push(emission.insert(seq)?);
    }
    let mut outcomes = call.app.store.transact(&operations).await?;
    outcomes.truncate(own);
    if !kinds.is_empty() {
        call.app.committed.notify_one();
    }
    for kind in kinds {
        let labels = EventLabels { kind: kind.as_str().to_owned() };
        call.app.metrics.events_committed.get_or_create(&labels).inc();
    }
    Ok(TransactAnswer { outcomes, events: ids })
}

fn authorise(call: &Call, request: &TransactRequest) -> Result<(), Refusal> {
    for operation in &request.operations {
        call.require(&Grant::Collection(operation.collection().clone(), Access::needed_by(operation)))?;
    }
    request.events.iter().try_for_each(|event| call.require(&Grant::Emit(event.kind.clone())))
}

fn emission(call: &Call, event: NewEvent) -> Emission {
    Emission {
        id: Uuid::now_v7(),
        source: format!("/functions/{}", call.function()),
        kind: event.kind,
        subject: event.subject,
        traceparent: call.trace,
        data: event.data,
    }
}

fn about(request: &TransactRequest) -> String {
    let operations = request
        .operations
        .iter()
        .map(|operation| format!("{}:{}", Access::needed_by(operation).as_str(), operation.collection()));
    let events = request.events.iter().map(|event| format!("emit:{}", event.kind));
    operations.chain(events).collect::<Vec<_>>().join(" ")
}
