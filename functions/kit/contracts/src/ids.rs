//! Ids that several domains know.

use values::Id;

/// What a [`UserId`] is the id of.
#[derive(Debug)]
pub enum Account {}

/// What a [`ProductId`] is the id of.
#[derive(Debug)]
pub enum CatalogueProduct {}

/// What a [`VariantId`] is the id of.
#[derive(Debug)]
pub enum ProductVariant {}

/// What an [`OrderId`] is the id of.
#[derive(Debug)]
pub enum PlacedOrder {}

/// What a [`PaymentId`] is the id of.
#[derive(Debug)]
pub enum OrderPayment {}

/// The id of a user.
pub type UserId = Id<Account>;

/// The id of a product.
pub type ProductId = Id<CatalogueProduct>;

/// The id of a variant, unique in the whole shop.
pub type VariantId = Id<ProductVariant>;

/// The id of an order.
pub type OrderId = Id<PlacedOrder>;

/// The id of a payment.
pub type PaymentId = Id<OrderPayment>;
