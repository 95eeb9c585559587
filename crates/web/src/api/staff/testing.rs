//! A house with a cinema, a movie, and one account of each role.

use houselights_app::accounts::NewAccount;
use houselights_domain::Role;
use serde_json::{Value, json};

use crate::{
    WebSettings,
    testing::{Answer, House},
};

pub(super) struct Desk {
    pub(super) house: House,
    /// `Bearer ...` of a film-goer.
    pub(super) goer: String,
    /// Of staff.
    pub(super) staff: String,
    /// Of a superuser.
    pub(super) boss: String,
}

impl Desk {
    /// Screen `rex/1` has 10 seats; movie `m1` takes 94 minutes. It is 2027-01-15.
    pub(super) async fn open() -> Self {
        let house = House::open(WebSettings::default()).await;
        let accounts = &house.front.site().app.accounts;
        let by = houselights_app::Identity::HOUSE;
        let mut bearers = Vec::new();
        for role in [Role::FilmGoer, Role::Staff, Role::Superuser] {
            let (username, password) = (role.to_string(), "correct horse".to_owned());
            let new = NewAccount { username: username.clone(), password: password.clone(), email: None };
            accounts.create_with_role(&by, new, role).await.unwrap();
            let pair = accounts.log_in(&username, &password, [127, 0, 0, 1].into()).await.unwrap();
            bearers.push(format!("Bearer {}", pair.access));
        }
        let [goer, staff, boss] = bearers.try_into().unwrap();
        let desk = Self { house, goer, staff, boss };
        let cinema = json!({"key": "rex", "name": "Rex", "timezone": "Europe/London", "currency": "GBP",
                            "screens": [{"key": "1", "name": "One", "seats": 10}]});
        assert_eq!(desk.staff("POST", "/api/staff/cinemas/", &cinema).await.status, 201);
        let movie = json!({"key": "m1", "title": "Sunrise", "duration_minutes": 94});
        assert_eq!(desk.staff("POST", "/api/staff/movies/", &movie).await.status, 201);
        desk
    }

    pub(super) async fn ask(&self, bearer: &str, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("authorization", bearer), ("content-type", "application/json")];
        let body = if method == "GET" || method == "DELETE" { String::new() } else { body.to_string() };
        self.house.send(method, path, &headers, &body).await
    }

    pub(super) async fn staff(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask(&self.staff, method, path, body).await
    }

    /// A show of `m1` on `rex/1`: its number.
    pub(super) async fn show(&self, starts_at: &str) -> i64 {
        let body = json!({"movie": "m1", "screen": "rex/1", "starts_at": starts_at, "prices": {"standard": 1200}});
        let made = self.staff("POST", "/api/staff/shows/", &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.json()["id"].as_i64().unwrap()
    }

    /// The film-goer books a seat: the booking's number.
    pub(super) async fn book(&self, show: i64, seat: u32) -> i64 {
        let path = format!("/api/shows/{show}/book/");
        let booked = self.ask(&self.goer, "POST", &path, &json!({"seat_number": seat})).await;
        assert_eq!(booked.status, 201, "{booked:?}");
        booked.json()["id"].as_i64().unwrap()
    }
}

/// Nobody gets in without a token, and a film-goer not with one.
#[tokio::test]
async fn film_goers_and_strangers_are_turned_away_everywhere() {
    let desk = Desk::open().await;
    let routes = [
        ("GET", "/api/staff/cinemas/"),
        ("POST", "/api/staff/cinemas/"),
        ("PATCH", "/api/staff/cinemas/1/"),
        ("DELETE", "/api/staff/cinemas/1/"),
        ("GET", "/api/staff/screens/"),
        ("PUT", "/api/staff/screens/1/"),
        ("GET", "/api/staff/screens/1/layouts/"),
        ("POST", "/api/staff/screens/1/layouts/"),
        ("GET", "/api/staff/movies/"),
        ("POST", "/api/staff/movies/"),
        ("POST", "/api/staff/movies/import/"),
        ("GET", "/api/staff/shows/"),
        ("POST", "/api/staff/shows/"),
        ("POST", "/api/staff/shows/1/call-off/"),
        ("GET", "/api/staff/bookings/"),
        ("POST", "/api/staff/bookings/1/cancel/"),
        ("GET", "/api/staff/programme/"),
        ("POST", "/api/staff/programme/"),
        ("GET", "/api/staff/users/"),
        ("PATCH", "/api/staff/users/1/"),
    ];
    for (method, path) in routes {
        let none = desk.house.send(method, path, &[("content-type", "application/json")], "{}").await;
        assert_eq!(none.no(), (401, "not_authenticated".into()), "{method} {path}");
        let goer = desk.ask(&desk.goer, method, path, &json!({})).await;
        assert_eq!(goer.no(), (403, "permission_denied".into()), "{method} {path}");
    }
}
