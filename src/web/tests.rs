//! The layers together, as an application wears them: what leaves it, and what never does.

use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse,
    dev::Service,
    get,
    http::{Method, StatusCode, Uri, header},
    middleware::{Compress, from_fn},
    post, test, web,
};
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, OpenApi};
use utoipa_actix_web::AppExt;
use validator::Validate;

use super::{
    address,
    admission::{Admission, Class},
    allowed::{self, Allowed},
    body::Body,
    conditional::Answer,
    cors, head, input, limits,
    negotiate::{self, Format},
    problem::{MEDIA_TYPE, Problem},
    query::Parameters,
    request_id,
};
use crate::domain::clock::{Clock, FixedClock};

#[derive(Debug, Deserialize, IntoParams, Validate)]
struct Words {
    q: Option<String>,
}

impl input::Part for Words {}

#[utoipa::path(responses((status = 200)))]
#[get("/v1/things/{thing}")]
async fn thing(
    request: HttpRequest,
    words: Parameters<Words>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(&request, &[Format::Json, Format::GeoJson])?;
    match path.as_str() {
        "broken" => Err(Problem::internal("the secret cause")),
        "panics" => panic!("on purpose"),
        "away" => Err(Problem::unavailable(9)),
        "hangs" => std::future::pending().await,
        "waits" => {
            limits::put_off(&request, Duration::from_secs(20));
            tokio::time::sleep(Duration::from_millis(400)).await;
            Answer::new(format).send(&request, &json!({}))
        }
        _ => Answer::new(format)
            .version(3)
            .send(&request, &json!({"words": words.value.q.map(|q| q.len())})),
    }
}

#[utoipa::path(responses((status = 200)))]
#[post("/v1/ask")]
async fn ask(words: Body<Words>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"words": words.value.q.map(|q| q.len())}))
}

#[derive(OpenApi)]
struct Base;

struct Answered {
    status: StatusCode,
    headers: header::HeaderMap,
    body: Value,
    bytes: Vec<u8>,
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// A server of these layers; every request takes the place of a search but one for `one`, which is vital.
macro_rules! service {
    () => {{
        let clock: Arc<dyn Clock> =
            Arc::new(FixedClock::new("2026-11-22T12:00:00Z".parse().unwrap()));
        let (app, document) = App::new()
            .into_utoipa_app()
            .openapi(Base::openapi())
            .service(thing)
            .service(ask)
            .split_for_parts();
        let classify = |_: &Method, uri: &Uri| match uri.path() {
            "/v1/things/one" => Class::Vital,
            _ => Class::Search,
        };
        let app = app
            .app_data(web::Data::new(clock))
            .app_data(web::Data::new(Admission::new(classify)))
            .app_data(limits::Patience(Duration::from_millis(200)))
            .app_data(web::Data::new(Allowed::of(&document)))
            .default_service(web::to(allowed::nowhere))
            .wrap(Compress::default())
            .wrap(from_fn(head::as_get))
            .wrap(from_fn(limits::guard))
            .wrap(cors::reads())
            .wrap(from_fn(request_id::track))
            .wrap(from_fn(address::settle));
        test::init_service(app).await
    }};
}

async fn send(request: test::TestRequest) -> Answered {
    let service = service!();
    let response = match service.call(request.to_request()).await {
        Ok(response) => response.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = actix_web::body::to_bytes(response.into_body())
        .await
        .map_err(|_| ())
        .unwrap()
        .to_vec();
    Answered {
        status,
        headers,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
        bytes,
    }
}

async fn get(uri: &str) -> Answered {
    send(test::TestRequest::get().uri(uri)).await
}

#[actix_web::test]
async fn every_error_is_a_problem_under_an_id() {
    let post = |uri: &str| test::TestRequest::post().uri(uri);
    let long = format!("/v1/things/one?q={}", "a".repeat(5_000));
    let json = ("Content-Type", "application/json");
    let cases = [
        (test::TestRequest::get().uri("/nowhere"), 404, "not_found"),
        (post("/v1/things/one"), 405, "method_not_allowed"),
        (
            test::TestRequest::get().uri("/v1/things/one?p=1"),
            400,
            "parameters_invalid",
        ),
        (
            test::TestRequest::get().uri("/v1/things/%FF"),
            400,
            "encoding_invalid",
        ),
        (
            test::TestRequest::get().uri("/v1/things/a%00b"),
            400,
            "encoding_invalid",
        ),
        (test::TestRequest::get().uri(&long), 414, "uri_too_long"),
        (
            test::TestRequest::get()
                .uri("/v1/things/one")
                .insert_header(("Accept", "text/csv")),
            406,
            "not_acceptable",
        ),
        (
            test::TestRequest::get().uri("/v1/things/broken"),
            500,
            "internal",
        ),
        (
            test::TestRequest::get().uri("/v1/things/panics"),
            500,
            "internal",
        ),
        (
            test::TestRequest::get().uri("/v1/things/away"),
            503,
            "unavailable",
        ),
        (
            post("/v1/ask").set_payload("{}"),
            415,
            "media_type_unsupported",
        ),
        (
            post("/v1/ask").insert_header(json).set_payload("{"),
            400,
            "body_malformed",
        ),
        (
            post("/v1/ask")
                .insert_header(json)
                .set_payload("{\"p\": 1}"),
            400,
            "body_invalid",
        ),
        (
            post("/v1/ask")
                .insert_header(json)
                .set_payload(" ".repeat(70_000)),
            413,
            "body_too_large",
        ),
    ];
    for (request, status, code) in cases {
        let answer = send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["code"].as_str()),
            (status, Some(code)),
            "{:?}",
            answer.body
        );
        assert_eq!(answer.header("content-type"), MEDIA_TYPE, "{code}");
        assert_eq!(
            answer.body["request_id"].as_str().unwrap(),
            answer.header("x-request-id"),
            "{code}"
        );
        assert_eq!(answer.header("x-request-id").len(), 36, "{code}");
        assert_eq!(answer.body["type"], format!("/problems/{code}"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{code}");
        assert!(
            !answer.bytes.windows(6).any(|bytes| bytes == b"secret"),
            "{code}"
        );
        assert_eq!(answer.headers.contains_key("retry-after"), status == 503);
    }
    let wrong = send(post("/v1/things/one")).await;
    assert_eq!(wrong.header("allow"), "GET, HEAD, OPTIONS");
}

#[actix_web::test]
async fn who_waits_too_long_is_told_when_to_come_back() {
    let answer = get("/v1/things/hangs").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (503, "5")
    );
}

#[actix_web::test]
async fn who_asked_to_wait_may() {
    assert_eq!(get("/v1/things/waits").await.status.as_u16(), 200);
}

#[actix_web::test]
async fn who_finds_no_place_is_told_when_to_come_back_and_the_vital_find_one() {
    let service = service!();
    let call = |path: &str| service.call(test::TestRequest::with_uri(path).to_request());
    let grant = Class::Search.grant();
    let mut waiting: Vec<_> = (0..grant.places + grant.queue)
        .map(|_| Box::pin(call("/v1/things/hangs")))
        .collect();
    for request in &mut waiting {
        assert!(request.as_mut().now_or_never().is_none());
    }
    let refused = call("/v1/things/two").now_or_never().unwrap().unwrap_err();
    let refused = refused.error_response();
    assert_eq!(refused.status().as_u16(), 503);
    assert_eq!(refused.headers().get("retry-after").unwrap(), "2");
    assert!(refused.headers().contains_key("x-request-id"));
    assert_eq!(call("/v1/things/one").await.unwrap().status().as_u16(), 200);
    drop(waiting);
    assert_eq!(call("/v1/things/two").await.unwrap().status().as_u16(), 200);
}

#[actix_web::test]
async fn head_and_options_need_no_operation() {
    let full = get("/v1/things/one?q=ab").await;
    let head = send(
        test::TestRequest::default()
            .method(Method::HEAD)
            .uri("/v1/things/one?q=ab"),
    )
    .await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
    assert_eq!(head.header("etag"), full.header("etag"));
    let options = send(
        test::TestRequest::default()
            .method(Method::OPTIONS)
            .uri("/v1/ask"),
    )
    .await;
    assert_eq!(
        (options.status.as_u16(), options.header("allow")),
        (204, "POST, OPTIONS")
    );
}

#[actix_web::test]
async fn other_origins_may_read() {
    let preflight = test::TestRequest::default()
        .method(Method::OPTIONS)
        .uri("/v1/ask")
        .insert_header(("Origin", "https://example.org"))
        .insert_header(("Access-Control-Request-Method", "POST"))
        .insert_header(("Access-Control-Request-Headers", "content-type"));
    let answer = send(preflight).await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.header("access-control-allow-origin")
        ),
        (200, "*")
    );
    let uris = [
        "/v1/things/one",
        "/v1/things/one?unknown=1",
        "/v1/things/away",
        "/v1/things/panics",
        "/nowhere",
    ];
    for uri in uris {
        let answer = send(
            test::TestRequest::get()
                .uri(uri)
                .insert_header(("Origin", "https://example.org")),
        )
        .await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{uri}");
        let seen = answer.header("access-control-expose-headers");
        let seen = seen.to_ascii_lowercase();
        for header in ["x-request-id", "retry-after", "ratelimit", "etag"] {
            assert!(
                seen.split(',').any(|seen| seen.trim() == header),
                "{uri}: {seen}"
            );
        }
        assert!(
            !answer
                .headers
                .contains_key("access-control-allow-credentials")
        );
    }
}

#[actix_web::test]
async fn what_is_known_is_not_sent_again() {
    let first = get("/v1/things/one").await;
    assert!(first.header("etag").starts_with("W/\"3-"));
    assert_eq!(first.header("cache-control"), "public, max-age=60");
    let again = test::TestRequest::get()
        .uri("/v1/things/one")
        .insert_header(("If-None-Match", first.header("etag")));
    let again = send(again).await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
    assert_eq!(again.header("etag"), first.header("etag"));
    let other = test::TestRequest::get()
        .uri("/v1/things/one?q=a")
        .insert_header(("If-None-Match", first.header("etag")));
    assert_eq!(send(other).await.status.as_u16(), 200);
}

#[actix_web::test]
async fn the_extension_names_the_format() {
    let answer = get("/v1/things/one.geojson?q=abc").await;
    assert_eq!(
        (answer.header("content-type"), &answer.body["words"]),
        ("application/geo+json", &json!(3))
    );
    assert_eq!(get("/nowhere.geojson").await.status.as_u16(), 404);
}

#[actix_web::test]
async fn compression_is_negotiated() {
    let request = test::TestRequest::get()
        .uri("/v1/things/one")
        .insert_header(("Accept-Encoding", "gzip"));
    let answer = send(request).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert!(answer.headers.get_all("vary").any(|vary| {
        vary.to_str()
            .unwrap()
            .eq_ignore_ascii_case("accept-encoding")
    }));
}

#[actix_web::test]
async fn a_sane_id_is_kept() {
    let with = |id: &str| {
        test::TestRequest::get()
            .uri("/v1/things/one")
            .insert_header(("X-Request-Id", id))
    };
    assert_eq!(
        send(with("abc-12345")).await.header("x-request-id"),
        "abc-12345"
    );
    for id in ["short", "semi;colon-semi", &"a".repeat(65)] {
        assert_eq!(send(with(id)).await.header("x-request-id").len(), 36);
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn the_log_tells_the_route_and_never_the_words() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("haven=trace,actix=trace")
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // For all threads: a subscriber of one thread misses what another thread was first to pass.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    get("/v1/things/canary-path?q=canary-query").await;
    get("/canary-path?q=canary-query").await;
    get("/v1/things/canary-path?canary-name=canary-query").await;
    get("/v1/things/broken").await;
    let body = test::TestRequest::post()
        .uri("/v1/ask")
        .insert_header((header::CONTENT_TYPE, "application/json"));
    send(body.set_payload("{\"q\": \"canary-body\", \"canary-name\": 1}")).await;
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(
        text.contains("/v1/things/{thing}") && text.contains("status=200"),
        "{text}"
    );
    assert!(text.contains("the secret cause"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}
