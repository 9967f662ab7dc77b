use http::StatusCode;
use kit::{Context, Problem, Service, ServiceAnswer};
use orders_model::{Asker, Due, OrderId, Paid};
use serde::Deserialize;

/// The service `orders`.
pub(super) struct Orders(Service);

/// What is due for an order that the asker may pay.
pub(super) enum Payable {
    /// This.
    Due(Box<Due>),
    /// Nothing, or nothing any more.
    No(Problem),
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
}

impl Orders {
    pub(super) async fn of(context: &Context) -> Result<Self, Problem> {
        context.service("orders_url", "orders_token").await.map(Self)
    }

    /// Whether the asker may see an order.
    pub(super) async fn opens(&self, order: OrderId, asker: &Asker) -> Result<bool, Problem> {
        let answer = self.0.post(&format!("/internal/orders/{order}/access"), asker).await?;
        match answer.status() {
            StatusCode::NO_CONTENT => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(unexpected(&answer)),
        }
    }

    /// What is due. 404 if the asker may not pay the order.
    pub(super) async fn due(&self, order: OrderId, asker: &Asker) -> Result<Payable, Problem> {
        let answer = self.0.post(&format!("/internal/orders/{order}/due"), asker).await?;
        match answer.status() {
            StatusCode::OK => Ok(Payable::Due(Box::new(answer.json()?))),
            StatusCode::NOT_FOUND => Err(Problem::not_found("order")),
            StatusCode::CONFLICT => match answer.json::<Refusal>()?.code.as_str() {
                "already_paid" => {
                    Ok(Payable::No(Problem::conflict("already_paid", "The order is paid already.")))
                }
                _ => Ok(Payable::No(Problem::conflict(
                    "order_not_payable",
                    "The order can't be paid any more.",
                ))),
            },
            _ => Err(unexpected(&answer)),
        }
    }

    /// Tells that an order is paid.
    pub(super) async fn paid(&self, order: OrderId, paid: &Paid) -> Result<(), Problem> {
        let answer = self.0.post(&format!("/internal/orders/{order}/payment"), paid).await?;
        if answer.status() == StatusCode::NO_CONTENT { Ok(()) } else { Err(unexpected(&answer)) }
    }
}

fn unexpected(answer: &ServiceAnswer) -> Problem {
    Problem::internal(format!("orders answered {}", answer.status()))
}
