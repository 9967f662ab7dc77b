use contracts::catalogue::{Image, Sku};
use contracts::ids::{ProductId, VariantId};
use contracts::orders::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{LocalizedText, Money};

/// What was bought, as it was then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    pub product_id: ProductId,
    pub variant_id: VariantId,
    pub sku: Sku,
    /// The product's name.
    pub name: LocalizedText,
    pub variant_name: LocalizedText,
    /// The product's main image, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    pub unit_price: Money,
    pub quantity: Quantity,
    pub line_total: Money,
}
