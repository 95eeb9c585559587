//! The live document: what every operation has to tell.

use houselights_testkit::House;
use serde_json::Value;

/// What an operation lacks.
fn faults(path: &str, method: &str, operation: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut lacks = |what: String| wrong.push(format!("{method} {path}: {what}"));
    if operation["summary"].as_str().is_none_or(str::is_empty) {
        lacks("no summary".into());
    }
    if let Some(bodies) = operation["requestBody"]["content"].as_object() {
        for (kind, body) in bodies {
            if !has_example(body) {
                lacks(format!("no example of a {kind} body"));
            }
        }
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        if response["description"].as_str().is_none_or(str::is_empty) {
            lacks(format!("{status} is not described"));
        }
        for (kind, body) in response["content"].as_object().into_iter().flatten() {
            if !has_example(body) {
                lacks(format!("no example of a {status} {kind}"));
            }
        }
    }
    wrong
}

fn has_example(body: &Value) -> bool {
    !body["example"].is_null() || body["examples"].as_object().is_some_and(|examples| !examples.is_empty())
}

#[tokio::test]
async fn every_operation_has_examples() {
    let house = House::open().await;
    let document = house.visitor().get("/api/openapi.json").await.expect(200).json();
    let mut wrong = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            wrong.extend(faults(path, method, operation));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_bare_operation_is_noticed() {
    let bare = serde_json::json!({
        "requestBody": {"content": {"application/json": {}}},
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}},
    });
    assert_eq!(faults("/x", "get", &bare).len(), 4);
}

#[tokio::test]
async fn swagger_shows_the_live_document_and_can_sign_in() {
    let house = House::open().await;
    let page = house.visitor().get("/swagger/").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let document = house.visitor().get("/api/openapi.json").await.expect(200).json();
    assert_eq!(document["components"]["securitySchemes"]["bearerAuth"]["type"], "http");
    for path in ["/api/signup/", "/api/login/", "/api/movies/", "/api/my-bookings/"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
}
