//! What happens to an order by itself: amounts due, payments, expiry.
