use http::StatusCode;

use crate::support::{TestShop, start, start_with};

async fn start_allowed_to(port: u16) -> TestShop {
    start_with(|config| {
        config.variables.insert("allowed_port".into(), port.to_string());
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_only_reaches_allowed_hosts() {
    let target = start().await;
    let other = start().await;
    let shop = start_allowed_to(target.port()).await;
    let fetch = async |url: String| shop.get(&format!("/misbehaving/fetch?{url}")).await;
    let allowed = fetch(target.at("/misbehaving/hello")).await;
    assert_eq!((allowed.status, allowed.body.as_str()), (StatusCode::OK, "hello"));
    for url in [
        other.at("/misbehaving/hello"),
        format!("http://127.0.0.2:{}/", target.port()),
        format!("https://127.0.0.1:{}/", target.port()),
        "http://nobody.spin.internal/".into(),
        "http://bridge.mcommerce.internal/v1/query".into(),
    ] {
        let denied = fetch(url.clone()).await;
        assert_eq!(denied.status, StatusCode::BAD_GATEWAY, "{url}");
        assert!(denied.body.contains("HttpRequestDenied"), "{url}: {}", denied.body);
    }
    shop.line_with(&["\"component\":\"misbehaving\"", "allowed_outbound_hosts"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_connection_is_an_error_that_the_component_can_handle() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let shop = start_allowed_to(port).await;
    let refused = shop.get(&format!("/misbehaving/fetch?http://127.0.0.1:{port}/")).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
    assert!(refused.body.contains("ConnectionRefused"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_component_is_reached_by_name_on_any_path() {
    let shop = start().await;
    for name in ["neighbour", "private"] {
        let answer =
            shop.get(&format!("/misbehaving/fetch?http://{name}.spin.internal/internal/hello")).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "hello"), "{name}");
    }
    let headers = shop.get("/misbehaving/fetch?http://neighbour.spin.internal/a/headers").await.body;
    assert!(headers.contains("spin-path-info: /a/headers\n"), "{headers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_another_component_does_not_stop_the_caller() {
    let shop = start().await;
    let answer = shop.get("/misbehaving/fetch?http://neighbour.spin.internal/panic").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains("\"code\":\"internal\""), "{}", answer.body);
    shop.line_with(&["\"component\":\"neighbour\"", "an instance was stopped"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_only_connect_to_allowed_names_and_addresses() {
    let target = start().await;
    let other = start().await;
    let shop = start_allowed_to(target.port()).await;
    let connect = async |address: String| shop.get(&format!("/misbehaving/connect?{address}")).await;
    for host in ["localhost", "127.0.0.1"] {
        assert_eq!(connect(format!("{host}:{}", target.port())).await.body, "connected", "{host}");
    }
    for address in [format!("127.0.0.1:{}", other.port()), format!("127.0.0.2:{}", target.port())] {
        let refused = connect(address.clone()).await;
        assert_eq!(refused.body, "PermissionDenied", "{address}");
    }
}
