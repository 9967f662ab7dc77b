use contracts::ids::OrderId;
use contracts::orders::Asker;
use values::Secret;

use crate::Order;

/// The access token of a guest's order. It is derived from the order's id under the shop's key, so it is never stored.
#[must_use]
pub fn access_token(order_secret: &Secret, order: OrderId) -> Secret {
    order_secret.digest(&[b"order", order.to_string().as_bytes()])
}

impl Order {
    /// Whether the asker may see and pay this order: its owner, or for a guest's order whoever has its access token.
    #[must_use]
    pub fn opens_to(&self, asker: &Asker, order_secret: &Secret) -> bool {
        match self.buyer.user_id {
            Some(owner) => asker.user_id == Some(owner),
            None => asker
                .access_token
                .as_deref()
                .is_some_and(|shown| access_token(order_secret, self.id).is(shown)),
        }
    }

    /// The access token of this order, if it is a guest's.
    #[must_use]
    pub fn guest_token(&self, order_secret: &Secret) -> Option<String> {
        self.buyer.user_id.is_none().then(|| access_token(order_secret, self.id).expose().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::order;
    use contracts::ids::UserId;

    fn key(text: &str) -> Secret {
        Secret::parse(text).unwrap()
    }

    #[test]
    fn a_guests_order_opens_to_its_token_only() {
        let order = order();
        let token = order.guest_token(&key("key")).unwrap();
        let with =
            |token: Option<&str>| Asker { access_token: token.map(Into::into), user_id: Some(UserId::new()) };
        assert!(order.opens_to(&with(Some(&token)), &key("key")));
        assert!(!order.opens_to(&with(Some(&token)), &key("another key")));
        assert!(
            !order.opens_to(&with(Some(access_token(&key("key"), OrderId::new()).expose())), &key("key"))
        );
        assert!(!order.opens_to(&with(Some("")), &key("key")));
        assert!(!order.opens_to(&with(None), &key("key")));
    }

    #[test]
    fn a_users_order_opens_to_that_user_only() {
        let mut order = order();
        let owner = UserId::new();
        order.buyer.user_id = Some(owner);
        assert!(order.guest_token(&key("key")).is_none());
        assert!(order.opens_to(&Asker { access_token: None, user_id: Some(owner) }, &key("key")));
        let token = access_token(&key("key"), order.id).expose().to_owned();
        for user_id in [None, Some(UserId::new())] {
            assert!(!order.opens_to(&Asker { access_token: Some(token.clone()), user_id }, &key("key")));
        }
    }
}
