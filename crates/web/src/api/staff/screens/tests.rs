use serde_json::json;

use crate::api::staff::testing::Desk;

const AT: &str = "/api/staff/screens/1/";

#[tokio::test]
async fn a_screen_from_its_building_to_its_deletion() {
    let desk = Desk::open().await;
    let rows = json!([{"row": "A", "seats": "ss_ss"}, {"row": "B", "seats": "wc_()"}]);
    let two = json!({"cinema": "rex", "key": "2", "name": "Two", "layout": rows});
    let made = desk.staff("POST", "/api/staff/screens/", &two).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (201, "/api/staff/screens/2/"), "{made:?}");
    let body = made.json();
    assert_eq!((&body["path"], &body["total_seats"], &body["layout"]), (&json!("rex/2"), &json!(8), &rows));
    let at = "/api/staff/screens/2/";
    let changed = desk.staff("PATCH", at, &json!({"cleaning_minutes": 30})).await.json();
    assert_eq!((&changed["cleaning_minutes"], &changed["layout"]), (&json!(30), &rows));
    let cleared = desk.staff("PATCH", at, &json!({"cleaning_minutes": null, "seats": 20})).await.json();
    let told = (&cleared["cleaning_minutes"], &cleared["layout"], &cleared["seats"]);
    assert_eq!(told, (&json!(15), &json!(null), &json!(20)));
    let whole = desk.staff("PUT", at, &json!({"name": "Deux", "seats": 21, "cinema": 1, "key": "2"})).await.json();
    assert_eq!((&whole["name"], &whole["total_seats"]), (&json!("Deux"), &json!(21)));
    assert_eq!(desk.staff("GET", at, &json!({})).await.json(), whole);
    let page = desk.staff("GET", "/api/staff/screens/?limit=1", &json!({})).await;
    assert_eq!((&page.json()[0]["path"], page.header("link").is_empty()), (&json!("rex/1"), false));
    assert_eq!(desk.staff("DELETE", at, &json!({})).await.status, 204);
    assert_eq!(desk.staff("GET", at, &json!({})).await.no(), (404, "not_found".into()));
}

#[tokio::test]
async fn what_stands_in_the_way_is_named() {
    let desk = Desk::open().await;
    let faults = |answer: crate::testing::Answer| {
        assert_eq!(answer.no(), (400, "invalid".into()));
        answer.json()["errors"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    let add = async |body| faults(desk.staff("POST", "/api/staff/screens/", &body).await);
    assert_eq!(add(json!({})).await, ["cinema", "key", "name"]);
    assert_eq!(add(json!({"cinema": 7, "key": "2", "name": "Two", "seats": 5})).await, ["cinema"]);
    assert_eq!(add(json!({"cinema": "rex", "key": "1", "name": "One", "seats": 5})).await, ["key"]);
    assert_eq!(add(json!({"cinema": "rex", "key": "2", "name": "Two"})).await, ["layout"]);
    assert_eq!(add(json!({"cinema": "rex", "key": "2", "name": "Two", "seats": 0})).await, ["seats"]);
    let row = json!([{"row": "A", "seats": "(s"}]);
    assert_eq!(add(json!({"cinema": "rex", "key": "2", "name": "Two", "layout": row})).await, ["layout"]);
    assert_eq!(faults(desk.staff("PATCH", AT, &json!({"seats": null})).await), ["layout"]);
    assert_eq!(faults(desk.staff("PATCH", AT, &json!({"layout": [{"row": "A"}]})).await), ["layout"]);

    let max = json!({"key": "max", "name": "Max", "timezone": "UTC", "currency": "EUR"});
    desk.staff("POST", "/api/staff/cinemas/", &max).await;
    assert_eq!(faults(desk.staff("PATCH", AT, &json!({"cinema": "max"})).await), ["cinema"]);
    desk.show("2027-02-01T19:00:00").await;
    desk.show("2027-02-01T20:50:00").await;
    let used = desk.staff("DELETE", AT, &json!({})).await;
    assert_eq!(used.no(), (409, "conflict".into()));
    let slower = desk.staff("PATCH", AT, &json!({"cleaning_minutes": 20})).await;
    assert_eq!(slower.no(), (409, "conflict".into()));
    assert!(slower.json()["detail"].as_str().unwrap().contains("overlaps"));
}
