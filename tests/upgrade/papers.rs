//! What one node hands out is good at the other, whichever release either is of: tokens, a browser's session, bookings,
//! and the answers that belong to keys. And what one takes back the other takes no more.

use std::time::Duration;

use houselights_tests::harness::{
    Attempting as _, Result,
    client::{Answer, Ask, Client},
    house,
    server::poll,
};
use serde_json::{Value, json};

use crate::lives::Lives;

/// A sign-out at one node is heard of by the other.
const HEARD_WITHIN: Duration = Duration::from_secs(2);
const PASSWORD: &str = "rolling-upgrade-7";

/// Both ways. `when` makes names that nobody had before; nobody else buys seats of this show.
pub(crate) fn are_good_at_both(lives: &Lives, when: &str, show: i64) -> Result {
    let [a, b] = lives.at;
    for (here, there, name) in [(a, b, format!("{when}-ab")), (b, a, format!("{when}-ba"))] {
        let (mut here, mut there) = (Client::new(here), Client::new(there));
        good(&mut here, &mut there, &name, show).attempting(&format!("{name}, from one node to the other"))?;
    }
    Ok(())
}

fn good(here: &mut Client, there: &mut Client, name: &str, show: i64) -> Result {
    let who = json!({"username": name, "password": PASSWORD});
    here.told(Ask::post("/api/signup/", &who))?.expect(201)?;
    let pair = here.told(Ask::post("/api/login/", &who))?.expect(200)?.json();
    there.told(Ask::get("/api/me/").by(word(&pair, "access")?))?.expect(200)?;
    let refresh = |of: &Value| Ok::<_, String>(json!({"refresh": word(of, "refresh")?}));
    let next = there.told(Ask::post("/api/token/refresh/", &refresh(&pair)?))?.expect(200)?.json();
    let token = word(&next, "access")?;
    here.told(Ask::get("/api/me/").by(token))?.expect(200)?;

    let (path, body) = (format!("/api/shows/{show}/book/"), house::wanted(&[7, 8]));
    let book = Ask { key: Some(name), ..Ask::post(&path, &body).by(token) };
    let first = here.told(book)?.expect(201)?;
    let again = there.told(book)?.expect(201)?;
    if again.header("idempotency-replayed") != Some("true") || again.body != first.body {
        return Err(format!("a repeated booking is answered anew: {}", again.json()));
    }
    for booking in house::booked(&first.json()) {
        let path = format!("/api/bookings/{}/", booking["id"]);
        there
            .told(Ask { method: "POST", path: &format!("{path}cancel/"), token: Some(token), ..Ask::default() })?
            .expect(200)?;
        let told = here.told(Ask::get(&path).by(token))?.expect(200)?.json();
        if told["status"] != "cancelled" {
            return Err(format!("cancelled at the other node, and yet {told}"));
        }
    }
    let cookie = signed_in(here, name)?;
    let page = Ask { cookie: Some(&cookie), ..Ask::get("/my-bookings/") };
    there.told(page)?.expect(200)?;

    here.told(Ask::post("/api/logout/", &refresh(&next)?))?.expect(200)?;
    there.told(Ask::post("/api/token/refresh/", &refresh(&next)?))?.expect(401)?;
    poll("the other node hears of a sign-out", HEARD_WITHIN, || {
        let answer = there.told(Ask::get("/api/me/").by(token))?;
        Ok((answer.status == 401).then_some(()))
    })
}

/// Signs in as a browser does; the cookie that it then has.
fn signed_in(client: &mut Client, name: &str) -> Result<String> {
    let form = format!("username={name}&password={PASSWORD}");
    let answer =
        client.told(Ask { method: "POST", path: "/sign-in/", form: Some(&form), ..Ask::default() })?.expect(303)?;
    let cookies = |answer: &Answer| -> Vec<String> {
        let lines = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        lines.filter_map(|(_, line)| line.split(';').next().map(str::to_owned)).collect()
    };
    Ok(cookies(&answer).join("; "))
}

fn word<'a>(pair: &'a Value, name: &str) -> Result<&'a str> {
    pair[name].as_str().ok_or_else(|| format!("signing in was answered without `{name}`"))
}
