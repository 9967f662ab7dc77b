use serde::Deserialize;
use utoipa::ToSchema;
use values::{EmailAddress, FieldFaults, Invalid, InvalidEmailAddress, Locale};

use crate::{DisplayName, Password, Plaintext};

/// A registration as a client sends it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Registration)]
pub struct RegistrationInput {
    /// Where mails go; also the name to sign in with.
    #[schema(value_type = EmailAddress)]
    email: String,
    /// 12 to 128 characters.
    #[schema(min_length = 12, max_length = 128)]
    password: Plaintext,
    /// The display name.
    #[schema(value_type = DisplayName)]
    name: String,
    /// The language of mails.
    locale: Locale,
}

/// A valid registration.
#[derive(Debug)]
pub struct Registration {
    pub email: EmailAddress,
    pub password: Password,
    pub name: DisplayName,
    /// The language of mails.
    pub locale: Locale,
}

/// Credentials as a client sends them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub struct LoginInput {
    #[schema(value_type = EmailAddress)]
    email: String,
    password: Plaintext,
}

#[derive(Debug)]
pub struct Credentials {
    pub email: EmailAddress,
    pub password: Plaintext,
}

impl Registration {
    pub fn parse(input: &RegistrationInput) -> Result<Self, Invalid> {
        let mut faults = FieldFaults::new();
        let email = faults.take("email", input.email.parse::<EmailAddress>());
        let password = faults.take("password", Password::choose(&input.password, email.as_ref()));
        let name = faults.take("name", DisplayName::parse(&input.name));
        let parts = email.zip(password).zip(name);
        let locale = input.locale;
        faults.finish_with(parts.map(|((email, password), name)| Self { email, password, name, locale }))
    }
}

impl Credentials {
    /// Names the address if it is invalid; what a password must be like is not told here.
    pub fn parse(input: LoginInput) -> Result<Self, Invalid> {
        let email =
            input.email.parse().map_err(|fault: InvalidEmailAddress| Invalid::field("email", fault))?;
        Ok(Self { email, password: input.password })
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
            .map_err(|invalid| invalid.fields().iter().map(|field| field.field.clone()).collect())
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
    fn credentials_do_not_print_the_password() {
        let input = LoginInput { email: "ada@example.com".into(), password: Plaintext::new("secret words") };
        let credentials = Credentials::parse(input).unwrap();
        assert!(!format!("{credentials:?}").contains("secret"));
    }
}
