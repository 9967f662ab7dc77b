use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The URL of a store: `mongodb://…`, `mongodb+srv://…` or `sqlite:PATH`. `Debug` hides credentials.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A MongoDB replica set.
    Mongo(String),
    /// An SQLite file.
    Sqlite(PathBuf),
}

/// The URL of a broker: `amqp://…`, or `store` for the store itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokerUrl {
    /// RabbitMQ.
    Amqp(AmqpUrl),
    /// The store holds deliveries as well.
    Store,
}

/// The URL of RabbitMQ. `Debug` hides credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct AmqpUrl(lapin::uri::AMQPUri);

/// Why a URL was refused. It never quotes the URL, which may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error("the store must be mongodb://… or sqlite:PATH")]
    Store,
    #[error("invalid MongoDB connection string")]
    Mongo,
    #[error("the broker must be amqp://USER:PASSWORD@HOST:PORT/VHOST, or store")]
    Broker,
}

impl FromStr for StoreUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("mongodb://") || text.starts_with("mongodb+srv://") {
            return Ok(Self::Mongo(text.to_owned()));
        }
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            _ => Err(UrlError::Store),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mongo(_) => f.write_str("mongodb"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

impl FromStr for BrokerUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "store" { Ok(Self::Store) } else { text.parse().map(Self::Amqp) }
    }
}

impl FromStr for AmqpUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: lapin::uri::AMQPUri =
            text.starts_with("amqp://").then(|| text.parse().ok()).flatten().ok_or(UrlError::Broker)?;
        Ok(Self(uri))
    }
}

impl AmqpUrl {
    /// Adds a heartbeat that detects a dead peer within seconds, unless the URL sets one.
    pub(crate) fn to_uri(&self) -> lapin::uri::AMQPUri {
        let mut uri = self.0.clone();
        uri.query.heartbeat = uri.query.heartbeat.or(Some(10));
        uri
    }
}

impl fmt::Debug for AmqpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "amqp://{}:{}", self.0.authority.host, self.0.authority.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_print_without_their_passwords() {
        let broker: BrokerUrl = "amqp://shop:hunter2@rabbit:5672/%2f".parse().unwrap();
        let store: StoreUrl = "mongodb://shop:hunter2@mongo/shop".parse().unwrap();
        let printed = format!("{broker:?} {store:?}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn other_addresses_are_refused_without_repeating_them() {
        for bad in ["", "sqlite:", "postgres://u:hunter2@h", "mongodb"] {
            assert!(!bad.parse::<StoreUrl>().unwrap_err().to_string().contains("hunter2"));
        }
        for bad in ["", "http://u:hunter2@h", "amqps://u:hunter2@h"] {
            assert!(!bad.parse::<BrokerUrl>().unwrap_err().to_string().contains("hunter2"));
        }
    }
}
