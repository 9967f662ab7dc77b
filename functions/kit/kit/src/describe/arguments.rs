use contracts::identity::Right;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use super::operation::{Describe, Operation};
use crate::bridge::{Bridge, BridgeProbe};
use crate::caller::{Caller, Forbidden, Neighbour, OrderAsker, Permitted, SignedIn};
use crate::context::Context;
use crate::cookies::Cookies;
use crate::etag::IfNoneMatch;
use crate::event::Event;
use crate::idempotency::{IdempotencyKey, NoKey};
use crate::json::{Input, Search, Unreadable};
use crate::network::{ClientAddressHeader, ClientNetwork};
use crate::once::Reused;
use crate::parameter::Parameter;

impl Describe for Context {
    fn describe(_: &mut Operation) {}
}

impl Describe for Cookies {
    fn describe(_: &mut Operation) {}
}

impl Describe for IfNoneMatch {
    fn describe(_: &mut Operation) {}
}

impl Describe for http::Uri {
    fn describe(_: &mut Operation) {}
}

impl Describe for http::HeaderMap {
    fn describe(_: &mut Operation) {}
}

impl Describe for Bridge {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("bridge_url");
        operation.reads::<values::Secret>("bridge_token");
        operation.add_unavailable();
    }
}

impl Describe for BridgeProbe {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("bridge_url");
        operation.add_unavailable();
    }
}

impl Describe for ClientNetwork {
    fn describe(operation: &mut Operation) {
        operation.reads::<ClientAddressHeader>("client_address_header");
    }
}

impl Describe for Caller {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("jwt_public_key");
        operation.add_bearer(true);
    }
}

impl Describe for SignedIn {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("jwt_public_key");
        operation.add_bearer(false);
    }
}

impl<R: Right> Describe for Permitted<R> {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("jwt_public_key");
        operation.add_scopes(&[R::PERMISSION.name()]);
        operation.add_refusals::<Forbidden>();
    }
}

impl Describe for OrderAsker {
    fn describe(operation: &mut Operation) {
        Caller::describe(operation);
        let description = "The `accessToken` of a guest's order.";
        operation.add_header("X-Order-Token", Required::False, description);
    }
}

impl Describe for Neighbour {
    fn describe(operation: &mut Operation) {
        operation.reads::<values::Secret>("service_token");
        operation.add_security("service", &[]);
    }
}

impl Describe for IdempotencyKey {
    fn describe(operation: &mut Operation) {
        let description = "Names this attempt: 8 to 64 visible ASCII characters. A repeated request with the same key \
            and body has the same result and no further effect.";
        operation.add_header(Self::HEADER, Required::True, description);
        operation.add_refusals::<NoKey>();
        operation.add_refusals::<Reused>();
    }
}

impl<T: ToSchema> Describe for Input<T> {
    fn describe(operation: &mut Operation) {
        operation.body = Some(operation.add_schema::<T>().into());
        operation.add_refusals::<Unreadable>();
        operation.add_invalid_fields();
    }
}

impl<T: IntoParams> Describe for Search<T> {
    fn describe(operation: &mut Operation) {
        operation.parameters.extend(T::into_params(|| Some(ParameterIn::Query)));
        operation.add_invalid_fields();
    }
}

impl<T: ToSchema> Describe for Parameter<T> {
    fn describe(operation: &mut Operation) {
        let name = operation.path.split(['{', '}']).nth(1).unwrap_or_default();
        let schema = operation.add_schema::<T>();
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(schema));
        operation.parameters.push(parameter.build());
        operation.add_invalid_fields();
    }
}

impl<T: contracts::Event> Describe for Event<T> {
    fn describe(operation: &mut Operation) {
        operation.reads::<values::Secret>("bridge_token");
        operation.consumes = Some(T::TYPE);
        operation.add_invalid_fields();
    }
}
