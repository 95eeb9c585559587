//! A small cinema with customers.

use std::{fs, net::SocketAddr, path::Path};

use serde_json::{Value, json};

use super::{
    Attempting, Result,
    client::{Ask, Client},
    server::{Recipe, Server},
};

/// Seats of each show.
pub const SEATS: u32 = 60;
/// Shows, numbered from 1.
pub const SHOWS: i64 = 3;
const ROW: u32 = 20;
const PASSWORD: &str = "fault-injection-7";
const STAFF: &str = "manager";

/// Somebody with a token.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The account's number.
    pub id: i64,
    /// An access token, good for the whole run.
    pub token: String,
}

/// Imports the programme.
pub fn import(recipe: &Recipe) -> Result {
    import_this(recipe, &programme())
}

/// The programme of the small cinema.
pub fn programme() -> Value {
    let letters = ["A", "B", "C"];
    let rows: Vec<Value> = letters.iter().map(|row| json!({"row": row, "seats": "s".repeat(ROW as usize)})).collect();
    let shows: Vec<Value> = (1..=SHOWS)
        .map(|day| {
            json!({"key": day.to_string(), "movie": "m", "screen": "rex/1",
                   "starts_at": format!("2099-01-0{day}T19:30:00"), "prices": {"standard": 1200}})
        })
        .collect();
    json!({
        "cinemas": [{"key": "rex", "name": "Rex", "timezone": "Europe/London", "currency": "GBP",
                     "screens": [{"key": "1", "name": "Screen 1", "cleaning_minutes": 15, "layout": rows}]}],
        "movies": [{"key": "m", "title": "Metropolis", "duration_minutes": 153}],
        "shows": shows,
    })
}

/// Imports a programme beside what is there.
pub fn import_this(recipe: &Recipe, programme: &Value) -> Result {
    let file = recipe.data.with_extension("json");
    fs::write(&file, programme.to_string()).attempting("cannot write the programme")?;
    let imported = recipe.done(&["import", "programme", &file.to_string_lossy()]);
    let removed = fs::remove_file(&file).attempting("cannot remove the programme");
    imported.and(removed)
}

/// Imports further shows, whose seats [`super::load`] does not buy. They have numbers in the order in which they are
/// imported: the first is [`SHOWS`] + 1.
pub fn import_more(recipe: &Recipe, numbers: &[i64]) -> Result {
    let shows: Vec<Value> = numbers
        .iter()
        .map(|number| {
            json!({"key": format!("further{number}"), "movie": "further", "screen": "further/1",
                   "starts_at": format!("2099-02-0{number}T19:30:00"), "prices": {"standard": 1200}})
        })
        .collect();
    let row = "s".repeat(SEATS as usize);
    let programme = json!({
        "cinemas": [{"key": "further", "name": "Further", "timezone": "Europe/London", "currency": "GBP",
                     "screens": [{"key": "1", "name": "1", "cleaning_minutes": 15,
                                  "layout": [{"row": "A", "seats": row}]}]}],
        "movies": [{"key": "further", "title": "Further", "duration_minutes": 60}],
        "shows": shows,
    });
    import_this(recipe, &programme)
}

/// Makes a data folder anew, with the programme in it.
pub fn anew(binary: &Path, data: &Path) -> Result<Recipe> {
    let recipe = empty(binary, data)?;
    import(&recipe)?;
    Ok(recipe)
}

/// Makes a data folder anew, with this programme in it.
pub fn with_programme(binary: &Path, data: &Path, programme: &Value) -> Result<Recipe> {
    let recipe = empty(binary, data)?;
    import_this(&recipe, programme)?;
    Ok(recipe)
}

/// Makes a data folder anew, with nothing in it.
pub fn empty(binary: &Path, data: &Path) -> Result<Recipe> {
    if data.exists() {
        fs::remove_dir_all(data).attempting("cannot empty the data folder")?;
    }
    fs::create_dir_all(data).attempting("cannot make the data folder")?;
    Ok(Recipe::new(binary, data))
}

/// Signs customers up and in.
pub fn customers(server: &Server, count: usize) -> Result<Vec<Customer>> {
    customers_at(server.at, "customer", count)
}

/// Signs customers up and in, whose names begin so.
pub fn customers_at(at: SocketAddr, name: &str, count: usize) -> Result<Vec<Customer>> {
    let mut client = Client::new(at);
    (0..count).map(|number| customer(&mut client, &format!("{name}{number}"))).collect()
}

/// Makes an account that may do everything: nobody else can make one over HTTP.
pub fn hire(desk: &Recipe) -> Result {
    let desk = desk.clone().with("SUPERUSER_PASSWORD", &PASSWORD);
    desk.done(&["createsuperuser", "--username", STAFF, "--no-input"]).map(drop)
}

/// Signs that account in; returns its token, good for the whole run.
pub fn staff_at(at: SocketAddr) -> Result<String> {
    let who = json!({"username": STAFF, "password": PASSWORD});
    let token = Client::new(at).told(Ask::post("/api/login/", &who))?.expect(200)?.json();
    token["access"].as_str().map(str::to_owned).ok_or_else(|| "signing in was answered without `access`".to_owned())
}

fn customer(client: &mut Client, name: &str) -> Result<Customer> {
    let who = json!({"username": name, "password": PASSWORD});
    let signed = client.told(Ask::post("/api/signup/", &who))?.expect(201)?.json();
    let token = client.told(Ask::post("/api/login/", &who))?.expect(200)?.json();
    match (signed["id"].as_i64(), token["access"].as_str()) {
        (Some(id), Some(token)) => Ok(Customer { id, token: token.to_owned() }),
        _ => Err("signing in was answered without `id` or `access`".into()),
    }
}

/// The body of a booking.
pub fn wanted(seats: &[u32]) -> Value {
    match seats {
        [seat] => json!({"seat_number": seat}),
        seats => json!({"seat_numbers": seats}),
    }
}

/// The bookings that a 201 tells of.
pub fn booked(answer: &Value) -> Vec<Value> {
    answer["bookings"].as_array().cloned().unwrap_or_else(|| vec![answer.clone()])
}
