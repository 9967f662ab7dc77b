use std::sync::Arc;

use application::{Access, Grant};
use axum::Extension;
use axum::extract::State;
use protocol::{NewEvent, Operation, Traceparent, TransactAnswer, TransactRequest};
use uuid::Uuid;

use super::answer::Answer;
use super::checked::Checked;
use super::describe::describe;
use super::function::Function;
use super::media::Media;
use super::refusal::Refusal;
use crate::app::App;
use crate::events::Emission;
use crate::metrics::EventLabels;

pub(super) async fn transact(
    State(app): State<Arc<App>>,
    function: Function,
    Extension(trace): Extension<Traceparent>,
    media: Media,
    Checked(request): Checked<TransactRequest>,
) -> Result<Answer, Refusal> {
    let summary = summarise(&request);
    describe("transact", request.operations.iter().map(Operation::collection), || summary.clone());
    match commit(&app, &function, trace, request).await {
        Ok(answer) => Ok(Answer::ok(media.header(), media.encode(&answer)?)),
        Err(refusal) => Err(refusal.about(summary)),
    }
}

async fn commit(
    app: &App,
    function: &Function,
    trace: Traceparent,
    request: TransactRequest,
) -> Result<TransactAnswer, Refusal> {
    authorise(app, function, &request)?;
    let TransactRequest { mut operations, events } = request;
    let own = operations.len();
    let kinds: Vec<_> = events.iter().map(|event| event.kind.clone()).collect();
    let mut ids = Vec::with_capacity(events.len());
    for (seq, event) in events.into_iter().enumerate() {
        let emission = emission(function, trace, event);
        ids.push(emission.id.to_string());
        operations.push(emission.insert(seq)?);
    }
    let mut outcomes = app.store.transact(&operations).await?;
    outcomes.truncate(own);
    if !kinds.is_empty() {
        app.committed.notify_one();
    }
    for kind in kinds {
        let labels = EventLabels { kind: kind.as_str().to_owned() };
        app.metrics.events_committed.get_or_create(&labels).inc();
    }
    Ok(TransactAnswer { outcomes, events: ids })
}

fn authorise(app: &App, function: &Function, request: &TransactRequest) -> Result<(), Refusal> {
    for operation in &request.operations {
        let grant = Grant::Collection(operation.collection().clone(), Access::needed_by(operation));
        function.require(&app.grants, &grant)?;
    }
    request
        .events
        .iter()
        .try_for_each(|event| function.require(&app.grants, &Grant::Emit(event.kind.clone())))
}

fn emission(function: &Function, trace: Traceparent, event: NewEvent) -> Emission {
    Emission {
        id: Uuid::now_v7(),
        source: format!("/functions/{}", function.name()),
        kind: event.kind,
        subject: event.subject,
        traceparent: trace,
        data: event.data,
    }
}

fn summarise(request: &TransactRequest) -> String {
    let operations = request
        .operations
        .iter()
        .map(|operation| format!("{}:{}", Access::needed_by(operation).as_str(), operation.collection()));
    let events = request.events.iter().map(|event| format!("emit:{}", event.kind));
    operations.chain(events).collect::<Vec<_>>().join(" ")
}
