use serde_json::{Value, json};

use crate::{api::staff::testing::Desk, testing::Answer};

#[track_caller]
fn faults(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.no(), (400, "invalid".into()));
    answer.json()["errors"].as_object().unwrap().keys().cloned().collect()
}

#[track_caller]
fn conflict(answer: &Answer, part: &str) {
    assert_eq!(answer.no(), (409, "conflict".into()));
    assert!(answer.json()["detail"].as_str().unwrap().contains(part), "{answer:?}");
}

#[tokio::test]
async fn a_show_from_its_first_line_to_its_deletion() {
    let desk = Desk::open().await;
    let summer = json!({"movie": 1, "screen": 1, "starts_at": "2027-07-01T19:30", "subtitles": "en",
                        "prices": {"standard": 1200}});
    let made = desk.staff("POST", "/api/staff/shows/", &summer).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (201, "/api/staff/shows/1/"), "{made:?}");
    let body = made.json();
    assert_eq!((&body["key"], &body["movie_key"]), (&json!("rex/1@2027-07-01T19:30"), &json!("m1")));
    assert_eq!(
        (&body["starts_at"], &body["ends_at"]),
        (&json!("2027-07-01T19:30:00+01:00"), &json!("2027-07-01T21:04:00+01:00"))
    );
    assert_eq!(
        (&body["layout_version"], &body["live_tickets"], &body["sales_open_at"]),
        (&json!(1), &json!(0), &json!(null))
    );

    let at = "/api/staff/shows/1/";
    let changed = desk.staff("PATCH", at, &json!({"format": "3D"})).await.json();
    assert_eq!((&changed["format"], &changed["subtitles"]), (&json!("3D"), &json!("en")));
    let cleared = desk.staff("PATCH", at, &json!({"subtitles": null, "prices": null})).await.json();
    assert_eq!(
        (&cleared["format"], &cleared["subtitles"], &cleared["prices"]),
        (&json!("3D"), &json!(null), &json!({}))
    );
    // What GET answers, PUT takes.
    let same = desk.staff("PUT", at, &cleared).await.json();
    assert_eq!(same, cleared);
    let whole = json!({"movie": "m1", "screen": "rex/1", "starts_at": "2027-07-01T20:30:00+02:00"});
    let replaced = desk.staff("PUT", at, &whole).await.json();
    assert_eq!((&replaced["format"], &replaced["starts_at"]), (&json!(null), &json!("2027-07-01T19:30:00+01:00")));
    assert_eq!(desk.staff("GET", at, &json!({})).await.json(), replaced);
    assert_eq!(desk.staff("DELETE", at, &json!({})).await.status, 204);
    assert_eq!(desk.staff("GET", at, &json!({})).await.no(), (404, "unknown_show".into()));
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_by_its_path() {
    let desk = Desk::open().await;
    let add = async |body: Value| faults(&desk.staff("POST", "/api/staff/shows/", &body).await);
    assert_eq!(add(json!({})).await, ["movie", "screen", "starts_at"]);
    assert_eq!(add(json!({"movie": 9, "screen": 1, "starts_at": "2027-02-01T19:00"})).await, ["movie"]);
    assert_eq!(
        add(json!({"movie": "no", "screen": "rex/9", "starts_at": "soon"})).await,
        ["movie", "screen", "starts_at"]
    );
    let show = |prices: Value, at: &str| json!({"movie": 1, "screen": 1, "starts_at": at, "prices": prices});
    assert_eq!(add(show(json!({"premium": -1}), "2027-02-01T19:00")).await, ["prices.premium"]);
    assert_eq!(add(show(json!({"box": 1}), "2027-02-01T19:00")).await, ["prices"]);
    assert_eq!(add(show(json!("free"), "2027-02-01T19:00")).await, ["prices"]);
    let skipped = desk.staff("POST", "/api/staff/shows/", &show(json!({}), "2027-03-28T01:30:00")).await;
    assert!(skipped.json()["errors"]["starts_at"][0].as_str().unwrap().contains("+01:00"));
    let id = desk.show("2027-02-01T19:00:00").await;
    assert_eq!(faults(&desk.staff("PATCH", &format!("/api/staff/shows/{id}/"), &json!({"key": "x"})).await), ["key"]);
    assert_eq!(desk.staff("PATCH", "/api/staff/shows/9/", &json!({})).await.no(), (404, "unknown_show".into()));
    assert_eq!(desk.staff("POST", "/api/staff/shows/9/call-off/", &json!({})).await.no().0, 404);
}

#[tokio::test]
async fn a_screen_has_one_show_at_a_time() {
    let desk = Desk::open().await;
    let first = desk.show("2027-02-01T19:00:00").await;
    let body = json!({"movie": "m1", "screen": "rex/1", "starts_at": "2027-02-01T20:00:00"});
    conflict(&desk.staff("POST", "/api/staff/shows/", &body).await, "overlaps");
    let second = desk.show("2027-02-01T21:00:00").await;
    let at = format!("/api/staff/shows/{second}/");
    conflict(&desk.staff("PATCH", &at, &json!({"starts_at": "2027-02-01T20:00:00"})).await, "choose another time");
    let off = desk.staff("POST", &format!("/api/staff/shows/{first}/call-off/"), &json!({})).await;
    assert_eq!((off.status.as_u16(), &off.json()["called_off"]), (200, &json!(true)));
    assert_eq!(desk.staff("PATCH", &at, &json!({"starts_at": "2027-02-01T20:00:00"})).await.status, 200);
}

#[tokio::test]
async fn what_people_hold_tickets_for_stays() {
    let desk = Desk::open().await;
    let id = desk.show("2027-02-01T19:00:00").await;
    desk.book(id, 5).await;
    let at = format!("/api/staff/shows/{id}/");
    assert_eq!(desk.staff("GET", &at, &json!({})).await.json()["live_tickets"], json!(1));
    conflict(&desk.staff("PATCH", &at, &json!({"starts_at": "2027-02-01T20:00:00"})).await, "1 live ticket");
    conflict(&desk.staff("DELETE", &at, &json!({})).await, "call it off");
    let priced = desk.staff("PATCH", &at, &json!({"prices": {"standard": 900}})).await;
    assert_eq!((priced.status.as_u16(), &priced.json()["prices"]), (200, &json!({"standard": 900})));
    desk.staff("POST", &format!("{at}call-off/"), &json!({})).await;
    let late = desk.ask(&desk.goer, "POST", &format!("/api/shows/{id}/book/"), &json!({"seat_number": 6})).await;
    assert_eq!(late.no(), (409, "show_cancelled".into()));
}

#[tokio::test]
async fn the_public_list_shows_a_change_at_once_and_pages_follow_each_other() {
    let desk = Desk::open().await;
    let id = desk.show("2027-02-01T19:00:00").await;
    let before = desk.house.get("/api/movies/1/shows/").await;
    desk.staff("PATCH", &format!("/api/staff/shows/{id}/"), &json!({"starts_at": "2027-02-01T19:15:00"})).await;
    let asked = [("if-none-match", before.header("etag"))];
    let after = desk.house.send("GET", "/api/movies/1/shows/", &asked, "").await;
    assert_eq!((after.status.as_u16(), &after.json()[0]["date_time"]), (200, &json!("2027-02-01T19:15:00+00:00")));

    desk.show("2027-02-02T19:00:00").await;
    let first = desk.staff("GET", "/api/staff/shows/?limit=1", &json!({})).await;
    assert_eq!(first.header("link"), "</api/staff/shows/?limit=1&cursor=1>; rel=\"next\"");
    let last = desk.staff("GET", "/api/staff/shows/?limit=1&cursor=1", &json!({})).await;
    assert_eq!((&last.json()[0]["id"], last.header("link")), (&json!(2), ""));
}
