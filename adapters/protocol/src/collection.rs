use std::marker::PhantomData;

use crate::{CollectionName, Filter, Path, Query, QueryResult};

/// A collection and the type its documents decode into.
#[derive(Debug)]
pub struct Collection<T> {
    name: &'static str,
    document: PhantomData<fn() -> T>,
}

/// The result of one query; its facets count values of text fields.
pub type Found<T> = QueryResult<T, String>;

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Collection<T> {}

impl<T> Collection<T> {
    /// A collection that a `domain.toml` declares.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, document: PhantomData }
    }

    /// The same collection, with documents decoded into another type: fewer fields, for instance.
    #[must_use]
    pub const fn decoded_as<U>(self) -> Collection<U> {
        Collection::new(self.name)
    }

    /// The name on the wire.
    ///
    /// # Panics
    ///
    /// If the name is invalid, which the first test that uses the collection finds.
    #[must_use]
    pub fn name(self) -> CollectionName {
        CollectionName::parse(self.name).expect("collections are named in code")
    }

    /// A query of at most 50 documents that match the filter.
    #[must_use]
    pub fn query(self, filter: Filter) -> Query {
        Query { filter, ..Query::new(self.name()) }
    }
}

/// A field's path, written in code.
///
/// # Panics
///
/// If the path is invalid, which the first test that uses it finds.
#[must_use]
pub fn path(text: &'static str) -> Path {
    Path::parse(text).expect("paths are written in code")
}
