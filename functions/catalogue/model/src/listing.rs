//! A page of the catalogue: the parameters, and the queries that answer it.

use contracts::catalogue::Slug;
use protocol::{Direction, Facet, Filter, Query, SortKey, path};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use values::{FieldCode, FieldFault, FieldFaults, Invalid, PageNumber, parse_within};

use crate::{CATEGORIES, PRODUCTS};

/// The parameters of the list of products, as they stand in the address.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParameters {
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 1)]
    pub page: Option<String>,
    /// The most products on a page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 24)]
    pub limit: Option<String>,
    /// Only products of this category.
    #[param(value_type = Option<String>, pattern = "^[a-z0-9-]{1,60}$")]
    pub category: Option<String>,
    /// Newest first by default.
    #[param(value_type = Option<Sort>, inline)]
    pub sort: Option<String>,
    /// Only products with a variant that costs this much or more, in minor units.
    #[param(value_type = Option<i64>, minimum = 0)]
    pub min_price: Option<String>,
    /// Only products with a variant that costs this much or less, in minor units.
    #[param(value_type = Option<i64>, minimum = 0)]
    pub max_price: Option<String>,
    /// Only products that are in stock.
    #[param(value_type = Option<bool>)]
    pub in_stock: Option<String>,
}

/// The order of products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub enum Sort {
    #[default]
    Newest,
    /// Cheapest first, by the lowest price of each product.
    PriceAsc,
    /// Most expensive first, by the lowest price of each product.
    PriceDesc,
}

/// A valid request for a page of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    page: PageNumber,
    limit: u32,
    category: Option<Slug>,
    sort: Sort,
    min_price: Option<i64>,
    max_price: Option<i64>,
    in_stock: bool,
}

const DEFAULT_LIMIT: u32 = 24;
const MAX_LIMIT: u32 = 100;
/// The highest price, in minor units.
const MAX_PRICE: i64 = 10_000_000_000;
/// The most categories that are listed.
const MAX_CATEGORIES: u32 = 200;

impl Listing {
    pub fn parse(parameters: &ListParameters) -> Result<Self, Invalid> {
        let mut faults = FieldFaults::new();
        let page = faults.optional("page", parameters.page.as_deref(), PageNumber::parse);
        let limit = faults.optional("limit", parameters.limit.as_deref(), limit);
        let category = faults.optional("category", parameters.category.as_deref(), str::parse::<Slug>);
        let sort = faults.optional("sort", parameters.sort.as_deref(), sort);
        let min_price = faults.optional("minPrice", parameters.min_price.as_deref(), price);
        let max_price = faults.optional("maxPrice", parameters.max_price.as_deref(), price);
        let in_stock = faults.optional("inStock", parameters.in_stock.as_deref(), boolean);
        if let (Some(min), Some(max)) = (min_price, max_price)
            && min > max
        {
            faults.add("maxPrice", FieldFault::at_least(min));
        }
        faults.finish()?;
        Ok(Self {
            page: page.unwrap_or_default(),
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            category,
            sort: sort.unwrap_or_default(),
            min_price,
            max_price,
            in_stock: in_stock.unwrap_or(false),
        })
    }

    pub fn page(&self) -> u32 {
        self.page.get()
    }

    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// The queries that answer it: the products with their total and the count of each category, then the categories in
    /// their order. The counts ignore the chosen category, so that a shopper sees what the others hold.
    pub fn queries(&self) -> Vec<Query> {
        let offered = self.offered();
        let filter = match &self.category {
            Some(slug) => offered.clone().and(Filter::Eq(path("category.slug"), slug.as_str().into())),
            None => offered.clone(),
        };
        let products = Query {
            sort: vec![self.order()],
            fields: SUMMARY_FIELDS.into_iter().map(path).collect(),
            skip: self.page.skip(self.limit),
            limit: self.limit,
            total: true,
            facets: vec![Facet { path: path("category.slug"), filter: offered, limit: MAX_CATEGORIES }],
            ..PRODUCTS.query(filter)
        };
        let categories = Query {
            sort: vec![SortKey { path: path("position"), direction: Direction::Ascending }],
            limit: MAX_CATEGORIES,
            ..CATEGORIES.query(Filter::All)
        };
        vec![products, categories]
    }

    fn order(&self) -> SortKey {
        match self.sort {
            Sort::Newest => SortKey { path: path("createdAt"), direction: Direction::Descending },
            Sort::PriceAsc => SortKey { path: path("priceFrom.amount"), direction: Direction::Ascending },
            Sort::PriceDesc => SortKey { path: path("priceFrom.amount"), direction: Direction::Descending },
        }
    }

    /// Matches products of every category that meet the other conditions. Price and stock are conditions on one variant: a
    /// product whose cheap variant is sold out is not both cheap and in stock.
    fn offered(&self) -> Filter {
        let mut conditions = Vec::new();
        if let Some(min) = self.min_price {
            conditions.push(Filter::Gte(path("price.amount"), min.into()));
        }
        if let Some(max) = self.max_price {
            conditions.push(Filter::Lte(path("price.amount"), max.into()));
        }
        if self.in_stock {
            conditions.push(Filter::Gt(path("stock"), 0.into()));
        }
        if conditions.is_empty() {
            Filter::All
        } else {
            Filter::Element(path("variants"), Box::new(Filter::And(conditions)))
        }
    }
}

/// The fields that [`crate::ListedProduct`] decodes.
const SUMMARY_FIELDS: [&str; 8] =
    ["slug", "name", "category", "images", "variants.stock", "priceFrom", "priceTo", "createdAt"];

fn limit(text: &str) -> Result<u32, FieldFault> {
    parse_within(text, 1..=MAX_LIMIT)
}

fn price(text: &str) -> Result<i64, FieldFault> {
    parse_within(text, 0..=MAX_PRICE)
}

fn sort(text: &str) -> Result<Sort, FieldFault> {
    match text {
        "newest" => Ok(Sort::Newest),
        "priceAsc" => Ok(Sort::PriceAsc),
        "priceDesc" => Ok(Sort::PriceDesc),
        _ => Err(FieldFault::new(FieldCode::Format, "must be newest, priceAsc or priceDesc")),
    }
}

fn boolean(text: &str) -> Result<bool, FieldFault> {
    text.parse().map_err(|_| FieldFault::new(FieldCode::Format, "must be true or false"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use protocol::{Check as _, QueryRequest};

    fn asked(pairs: &[(&str, &str)]) -> Result<Listing, Vec<String>> {
        let of =
            |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let parameters = ListParameters {
            page: of("page"),
            limit: of("limit"),
            category: of("category"),
            sort: of("sort"),
            min_price: of("minPrice"),
            max_price: of("maxPrice"),
            in_stock: of("inStock"),
        };
        Listing::parse(&parameters)
            .map_err(|problem| problem.fields().iter().map(|field| field.field.clone()).collect())
    }

    #[test]
    fn nothing_asked_is_the_first_24_newest() {
        let listing = asked(&[]).unwrap();
        assert_eq!((listing.page(), listing.limit()), (1, 24));
        let queries = listing.queries();
        assert_eq!(queries[0].filter, Filter::All);
        assert_eq!((queries[0].skip, queries[0].limit, queries[0].total), (0, 24, true));
        assert_eq!(queries[0].sort[0].path.as_str(), "createdAt");
    }

    #[test]
    fn every_parameter_at_fault_is_named() {
        let faults = asked(&[
            ("page", "0"),
            ("limit", "101"),
            ("category", "../etc"),
            ("sort", "price"),
            ("minPrice", "-1"),
            ("maxPrice", "1.5"),
            ("inStock", "yes"),
        ]);
        assert_eq!(
            faults,
            Err(["page", "limit", "category", "sort", "minPrice", "maxPrice", "inStock"]
                .map(str::to_owned)
                .to_vec())
        );
        assert_eq!(asked(&[("minPrice", "2"), ("maxPrice", "1")]), Err(vec!["maxPrice".to_owned()]));
        assert_eq!(asked(&[("page", "")]), Err(vec!["page".to_owned()]));
    }

    #[test]
    fn categories_are_counted_without_the_chosen_one() {
        let queries = asked(&[("category", "bags"), ("inStock", "true")]).unwrap().queries();
        let Filter::And(all) = &queries[0].filter else { panic!("two conditions were expected") };
        assert_eq!(all.len(), 2);
        assert_eq!(queries[0].facets[0].filter, all[0]);
        assert!(matches!(all[0], Filter::Element(..)));
    }

    proptest! {
        #[test]
        fn whatever_is_taken_the_bridge_takes_too(
            page in proptest::option::of("[0-9]{1,4}"),
            limit in proptest::option::of("[0-9]{1,4}"),
            category in proptest::option::of("[a-z0-9.$-]{0,70}"),
            min_price in proptest::option::of(any::<i64>().prop_map(|n| n.to_string())),
            max_price in proptest::option::of("[0-9]{1,12}"),
            in_stock in proptest::option::of(any::<bool>().prop_map(|b| b.to_string())),
        ) {
            let parameters =
                ListParameters { page, limit, category, sort: None, min_price, max_price, in_stock };
            if let Ok(listing) = Listing::parse(&parameters) {
                let request = QueryRequest { queries: listing.queries() };
                prop_assert!(request.check().is_ok());
            }
        }
    }
}
