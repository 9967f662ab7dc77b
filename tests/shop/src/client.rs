use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

/// A shopper's browser: cookies, and a token once signed in.
#[derive(Clone, Debug)]
pub struct Client {
    shop: String,
    http: reqwest::Client,
    token: Option<String>,
}

/// An answer of the shop, body read.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as text.
    pub text: String,
}

/// What a test needs of an order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// What opens it, for a guest.
    pub access_token: Option<String>,
    /// Everything.
    pub body: Value,
}

/// What a test needs of a payment.
#[derive(Clone, Debug)]
pub struct Payment {
    /// Its id.
    pub id: String,
    /// Everything.
    pub body: Value,
}

/// A fresh idempotency key.
#[must_use]
pub fn a_key() -> String {
    Uuid::now_v7().to_string()
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text))
    }

    /// The problem's code.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The fields a problem names.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let body = self.json();
        let fields = body["fields"].as_array().cloned().unwrap_or_default();
        fields.iter().filter_map(|field| Some(field["field"].as_str()?.to_owned())).collect()
    }

    /// The answer itself, if it has this status; what it says otherwise.
    #[expect(clippy::return_self_not_must_use, reason = "the status is often all that matters")]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

impl Client {
    /// A client of whoever is at this URL, which knows nobody.
    #[must_use]
    pub fn of(shop: &str) -> Self {
        let http =
            reqwest::Client::builder().cookie_store(true).build().expect("a client without TLS builds");
        Self { shop: shop.to_owned(), http, token: None }
    }

    /// The same browser with another token in its hand.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The access token in its hand.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A request with these headers and this body.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.shop));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap_or_else(|error| panic!("{path}: {error:?}")),
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, &[], body).await
    }

    /// POST of JSON with more headers.
    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(Method::POST, path, &all, Some(body.to_string())).await
    }

    /// Opens an account and is signed in.
    pub async fn register(&mut self, email: &str) -> Answer {
        let body =
            json!({ "email": email, "password": "a long enough phrase", "name": "Ada", "locale": "en" });
        let answer = self.post("/api/auth/register", &body).await.expect(201);
        self.token = answer.json()["accessToken"].as_str().map(str::to_owned);
        answer
    }

    /// Signs in with the password of [`Client::register`].
    pub async fn login(&mut self, email: &str) -> Answer {
        let body = json!({ "email": email, "password": "a long enough phrase" });
        let answer = self.post("/api/auth/login", &body).await.expect(200);
        self.token = answer.json()["accessToken"].as_str().map(str::to_owned);
        answer
    }

    /// The variants of the catalogue's products that have at least this many pieces, with their product.
    pub async fn variants_with(&self, pieces: i64) -> Vec<(Value, Value)> {
        let list = self.get("/api/products?limit=100&inStock=true").await.expect(200).json();
        let mut found = Vec::new();
        for item in list["items"].as_array().expect("items") {
            let id = item["id"].as_str().expect("id");
            let product = self.get(&format!("/api/products/id/{id}")).await.expect(200).json();
            for variant in product["variants"].as_array().expect("variants") {
                if variant["stock"].as_i64().expect("stock") >= pieces {
                    found.push((product.clone(), variant.clone()));
                }
            }
            if found.len() > 4 {
                break;
            }
        }
        found
    }

    /// How many pieces of a variant are left.
    pub async fn stock_of(&self, product_id: &str, variant_id: &str) -> i64 {
        let product = self.get(&format!("/api/products/id/{product_id}")).await.expect(200).json();
        let variants = product["variants"].as_array().expect("variants");
        let variant = variants.iter().find(|variant| variant["id"] == variant_id).expect("the variant");
        variant["stock"].as_i64().expect("stock")
    }

    /// The body of an order of these variants, for a guest or a user alike.
    #[must_use]
    pub fn order_body(items: &[(&str, u32)]) -> Value {
        let items: Vec<_> = items
            .iter()
            .map(|(variant, quantity)| json!({ "variantId": variant, "quantity": quantity }))
            .collect();
        json!({
            "items": items,
            "email": "ada@example.com",
            "name": "Ada Lovelace",
            "locale": "en",
            "shippingAddress": {
                "line1": "12 rue des Lilas", "postalCode": "75011", "city": "Paris", "country": "FR"
            }
        })
    }

    /// Tries to order.
    pub async fn try_order(&self, key: &str, body: &Value) -> Answer {
        self.post_with("/api/orders", &[("idempotency-key", key)], body).await
    }

    /// Orders.
    pub async fn order(&self, items: &[(&str, u32)]) -> Order {
        Order::of(&self.try_order(&a_key(), &Self::order_body(items)).await.expect(201))
    }

    /// Tries to pay with a card.
    pub async fn try_pay(&self, key: &str, order: &Order, card: &str) -> Answer {
        let body = json!({
            "orderId": order.id,
            "card": { "number": card, "expiryMonth": 12, "expiryYear": 2031, "securityCode": "123", "holder": "Ada Lovelace" }
        });
        let mut headers = vec![("idempotency-key", key)];
        if let Some(token) = &order.access_token {
            headers.push(("x-order-token", token));
        }
        self.post_with("/api/payments", &headers, &body).await
    }

    /// Pays with a card that is good.
    pub async fn pay(&self, order: &Order) -> Payment {
        let answer = self.try_pay(&a_key(), order, "4242424242424242").await.expect(201);
        let body = answer.json();
        assert_eq!(body["status"], "succeeded", "{body}");
        Payment { id: body["id"].as_str().expect("id").to_owned(), body }
    }

    /// An order as its buyer sees it.
    pub async fn view_order(&self, order: &Order) -> Value {
        let token = order.access_token.clone().unwrap_or_default();
        let headers = [("x-order-token", token.as_str())];
        let headers = if token.is_empty() { &headers[..0] } else { &headers[..] };
        let path = format!("/api/orders/{}", order.id);
        self.send(Method::GET, &path, headers, None).await.expect(200).json()
    }
}

impl Order {
    /// The order an answer holds.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        let body = answer.json();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        Self {
            id: text("id").expect("id"),
            number: text("number").expect("number"),
            access_token: text("accessToken"),
            body,
        }
    }
}
