//! A component that panics, loops, hoards memory or says nothing, for the tests of `mcommerce`.
//!
//! Its first path segment after `/misbehaving` names what it does; see [`handle`].

use std::fmt::Write as _;

use bytes::Bytes;
use spin_sdk::http::body::IncomingBodyExt as _;
use spin_sdk::http::{FullBody, IntoResponse, Request, Response};
use spin_sdk::{http_service, variables, wasip3};

type Answer = Response<FullBody<Bytes>>;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    let path = request.uri().path().to_owned();
    let argument = request.uri().query().unwrap_or_default().to_owned();
    match path.rsplit('/').next().unwrap_or_default() {
        "panic" => panic!("on purpose"),
        "panic-later" => {
            wait_ms(20).await;
            panic!("on purpose, later")
        }
        "loop" => spin_for_ever(),
        "loop-later" => {
            wait_ms(20).await;
            spin_for_ever()
        }
        "hoard" => answer(200, &hoard().to_string()),
        "silent" => {
            wait_ms(3_600_000).await;
            answer(200, "at last")
        }
        // The runtime within the component sees that nothing can ever wake it.
        "stuck" => std::future::pending().await,
        "wait" => {
            wait_ms(argument.parse().unwrap_or(0)).await;
            answer(200, "waited")
        }
        "fetch" => fetch(&argument).await,
        "connect" => connect(&argument),
        "variable" => match variables::get(&argument).await {
            Ok(value) => answer(200, &value),
            Err(error) => answer(404, &error.to_string()),
        },
        "file" => match std::fs::read_to_string(&argument) {
            Ok(text) => answer(200, &text),
            Err(error) => answer(404, &error.to_string()),
        },
        "write-file" => match std::fs::write(&argument, "changed") {
            Ok(()) => answer(200, "written"),
            Err(error) => answer(403, &error.to_string()),
        },
        "headers" => {
            let mut text = String::new();
            for (name, value) in request.headers() {
                let _ = writeln!(text, "{name}: {}", value.to_str().unwrap_or("?"));
            }
            answer(200, &text)
        }
        "echo" => match request.into_body().bytes().await {
            Ok(bytes) => answer(200, &String::from_utf8_lossy(&bytes)),
            Err(error) => answer(400, &error.to_string()),
        },
        "say" => {
            eprintln!("{{\"level\":\"info\",\"message\":\"{argument}\"}}");
            println!("plainly {argument}");
            answer(200, "said")
        }
        _ => answer(200, "hello"),
    }
}

fn answer(status: u16, text: &str) -> Answer {
    let mut response = Response::new(FullBody::new(text.to_owned().into()));
    *response.status_mut() = status.try_into().expect("a status of three digits");
    response.headers_mut().insert("content-length", text.len().into());
    response
}

async fn wait_ms(ms: u64) {
    wasip3::clocks::monotonic_clock::wait_for(ms * 1_000_000).await;
}

fn spin_for_ever() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

/// Takes a mebibyte at a time and touches each page, until the runtime refuses to give more.
fn hoard() -> usize {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    while hoard.len() < 4096 {
        hoard.push(std::hint::black_box(vec![1; 1024 * 1024]));
    }
    hoard.len()
}

/// What the address answers, or the error as the guest sees it.
async fn fetch(address: &str) -> Answer {
    match spin_sdk::http::get(address).await {
        Ok(response) => {
            let status = response.status().as_u16();
            match response.into_body().bytes().await {
                Ok(bytes) => answer(status, &String::from_utf8_lossy(&bytes)),
                Err(error) => answer(502, &format!("{error:?}")),
            }
        }
        Err(error) => answer(502, &format!("{error:?}")),
    }
}

/// Whether a TCP connection can be made.
fn connect(address: &str) -> Answer {
    match std::net::TcpStream::connect(address) {
        Ok(_) => answer(200, "connected"),
        Err(error) => answer(502, &format!("{:?}", error.kind())),
    }
}
