use std::num::NonZeroU32;

use clap::Args;

use super::positive_duration::PositiveDuration;

/// Limits of the store, whichever it is.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreSettings {
    #[command(flatten)]
    pub mongodb: MongoSettings,
    #[command(flatten)]
    pub sqlite: SqliteSettings,
}

#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
pub struct MongoSettings {
    /// The most connections to each MongoDB server, unless the URL sets maxPoolSize.
    #[arg(long = "mongodb-connections", env = "MCOMMERCE_MONGODB_CONNECTIONS", value_name = "N", default_value_t = Self::default().connections)]
    pub connections: NonZeroU32,
    /// How long a request waits for a MongoDB server that can take it, unless the URL sets its own timeouts.
    #[arg(long = "mongodb-server-timeout", env = "MCOMMERCE_MONGODB_SERVER_TIMEOUT", value_name = "DURATION", default_value_t = Self::default().server_timeout)]
    pub server_timeout: PositiveDuration,
    /// How long MongoDB may work on one command, and wait for a majority to have it.
    #[arg(long = "mongodb-command-timeout", env = "MCOMMERCE_MONGODB_COMMAND_TIMEOUT", value_name = "DURATION", default_value_t = Self::default().command_timeout)]
    pub command_timeout: PositiveDuration,
    /// How long a MongoDB transaction that conflicts with others is retried, including its wait for a turn.
    #[arg(long = "mongodb-transaction-timeout", env = "MCOMMERCE_MONGODB_TRANSACTION_TIMEOUT", value_name = "DURATION", default_value_t = Self::default().transaction_timeout)]
    pub transaction_timeout: PositiveDuration,
}

#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
pub struct SqliteSettings {
    /// How many queries SQLite answers at once.
    #[arg(long = "sqlite-readers", env = "MCOMMERCE_SQLITE_READERS", value_name = "N", default_value_t = Self::default().readers)]
    pub readers: NonZeroU32,
    /// How long a request waits for a connection to SQLite, and a connection for another process's lock.
    #[arg(long = "sqlite-timeout", env = "MCOMMERCE_SQLITE_TIMEOUT", value_name = "DURATION", default_value_t = Self::default().timeout)]
    pub timeout: PositiveDuration,
    /// How often expired documents are removed from SQLite.
    #[arg(long = "sqlite-sweep-interval", env = "MCOMMERCE_SQLITE_SWEEP_INTERVAL", value_name = "DURATION", default_value_t = Self::default().sweep_interval)]
    pub sweep_interval: PositiveDuration,
}

impl Default for MongoSettings {
    fn default() -> Self {
        Self {
            // The driver's own 10 would make requests queue.
            connections: NonZeroU32::MIN.saturating_add(63),
            server_timeout: PositiveDuration::from_secs(3),
            command_timeout: PositiveDuration::from_secs(5),
            transaction_timeout: PositiveDuration::from_secs(8),
        }
    }
}

impl Default for SqliteSettings {
    fn default() -> Self {
        Self {
            readers: NonZeroU32::MIN.saturating_add(3),
            timeout: PositiveDuration::from_secs(5),
            sweep_interval: PositiveDuration::from_secs(30),
        }
    }
}
