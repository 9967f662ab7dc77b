use contracts::ids::OrderId;
use contracts::orders::{Asker, Due, NotPayable, Paid};
use http::StatusCode;
use kit::{Context, Service};
use serde::Deserialize;
use values::{Fault, Obstacle};

use super::Variables;

/// The orders service.
pub(super) struct Orders(Service);

#[derive(Deserialize)]
struct Refusal {
    code: NotPayable,
}

impl Orders {
    pub(super) fn new(context: Context, variables: &'static Variables) -> Self {
        Self(Service::new(context, &variables.orders_url, &variables.orders_token))
    }

    /// Whether the asker may see an order.
    pub(super) async fn may_see(&self, order: OrderId, asker: &Asker) -> Result<bool, Fault> {
        let answer = self.0.post(&format!("/internal/orders/{order}/access"), asker).await?;
        match answer.status() {
            StatusCode::NO_CONTENT => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(answer.unexpected()),
        }
    }

    /// What is due for an order.
    pub(super) async fn due(&self, order: OrderId, asker: &Asker) -> Result<Due, Obstacle<NotPayable>> {
        let answer = self.0.post(&format!("/internal/orders/{order}/due"), asker).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer.json()?),
            StatusCode::NOT_FOUND | StatusCode::CONFLICT => match answer.json::<Refusal>()?.code {
                // Whoever may not pay the order may not learn of its payments either.
                NotPayable::NoSuchOrder => Err(Obstacle::Always(NotPayable::NoSuchOrder.into())),
                refusal => Err(refusal.into()),
            },
            _ => Err(answer.unexpected().into()),
        }
    }

    /// Tells the service that an order is paid.
    pub(super) async fn tell_paid(&self, order: OrderId, paid: &Paid) -> Result<(), Fault> {
        let answer = self.0.post(&format!("/internal/orders/{order}/payment"), paid).await?;
        if answer.status() == StatusCode::NO_CONTENT { Ok(()) } else { Err(answer.unexpected()) }
    }
}
