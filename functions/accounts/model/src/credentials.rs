use kit::{EmailAddress, Faults, Locale, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{DisplayName, Password, Plaintext};

/// What opens an account, as it was sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Registration)]
pub struct RegistrationInput {
    /// Where mails go, and what to sign in with.
    #[schema(value_type = EmailAddress)]
    email: String,
    /// 12 to 128 characters.
    #[schema(min_length = 12, max_length = 128)]
    password: Plaintext,
    /// How to be called.
    #[schema(value_type = DisplayName)]
    name: String,
    /// The language of mails.
    locale: Locale,
}

/// What opens an account.
#[derive(Debug)]
pub struct Registration {
    /// Where mails go, and what to sign in with.
    pub email: EmailAddress,
    /// The chosen password.
    pub password: Password,
    /// How to be called.
    pub name: DisplayName,
    /// The language of mails.
    pub locale: Locale,
}

/// What signs somebody in, as it was sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub struct LoginInput {
    /// The account's address.
    #[schema(value_type = EmailAddress)]
    email: String,
    /// Its password.
    password: Plaintext,
}

/// What signs somebody in.
#[derive(Debug)]
pub struct Credentials {
    /// The account's address.
    pub email: EmailAddress,
    /// What was typed as its password.
    pub password: Plaintext,
}

impl Registration {
    /// What was sent, or a problem that names every field at fault.
    pub fn parse(input: &RegistrationInput) -> Result<Self, Problem> {
        let mut faults = Faults::new();
        let email = faults.take("email", input.email.parse::<EmailAddress>());
        let password = faults.take("password", Password::choose(&input.password, email.as_ref()));
        let name = faults.take("name", DisplayName::parse(&input.name));
        match (email, password, name) {
            (Some(email), Some(password), Some(name)) => {
                Ok(Self { email, password, name, locale: input.locale })
            }
            _ => Err(faults.into_problem()),
        }
    }
}

impl Credentials {
    /// What was sent, or a problem that names the address as at fault. What a password must be is not told here.
    pub fn parse(input: LoginInput) -> Result<Self, Problem> {
        let mut faults = Faults::new();
        match faults.take("email", input.email.parse()) {
            Some(email) => Ok(Self { email, password: input.password }),
            None => Err(faults.into_problem()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(email: &str, password: &str, name: &str) -> Result<Registration, Vec<String>> {
        let input = RegistrationInput {
            email: email.into(),
            password: Plaintext::new(password),
            name: name.into(),
            locale: Locale::Fr,
        };
        Registration::parse(&input)
            .map_err(|problem| problem.fields().iter().map(|field| field.field.clone()).collect())
    }

    #[test]
    fn every_field_at_fault_is_named() {
        assert_eq!(parse("ada", "short", " ").unwrap_err(), ["email", "password", "name"]);
        assert_eq!(parse("ada@example.com", "correct horse", "a\nb").unwrap_err(), ["name"]);
        let registration = parse(" Ada@Example.com ", "correct horse", " Ada ").unwrap();
        assert_eq!(registration.email.as_str(), "ada@example.com");
        assert_eq!(registration.name.as_str(), "Ada");
    }

    #[test]
    fn what_was_sent_does_not_print_the_password() {
        let input = LoginInput { email: "ada@example.com".into(), password: Plaintext::new("secret words") };
        let credentials = Credentials::parse(input).unwrap();
        assert!(!format!("{credentials:?}").contains("secret"));
    }
}
