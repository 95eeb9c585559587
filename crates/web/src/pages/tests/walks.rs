//! Pages as a browser meets them: through the front door, with cookies.

use crate::{
    WebSettings,
    settings::{Language, LimitSettings},
    testing::{Answer, House},
};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");
pub(super) const ANN: &str = "username=ann&password=correct+horse&email=ann%40example.org";

/// A browser: it keeps cookies, and sends what browsers send.
pub(super) struct Browser<'h> {
    house: &'h House,
    jar: Vec<(String, String)>,
}

impl<'h> Browser<'h> {
    pub(super) const fn of(house: &'h House) -> Self {
        Self { house, jar: Vec::new() }
    }

    pub(super) async fn send(&mut self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![HTML, ("cookie", cookies.as_str())];
        headers.extend_from_slice(more);
        let answer = self.house.send(method, path, &headers, body).await;
        for line in answer.headers.get_all("set-cookie") {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.jar.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.jar.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(super) async fn post(&mut self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[FORM, OWN], body).await
    }
}

pub(super) fn text(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer:?}");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

pub(super) fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("location")
}

#[tokio::test]
async fn from_signing_up_to_signing_out() {
    let house = House::open(WebSettings::default()).await;
    let mut ann = Browser::of(&house);
    let asked = ann.get("/my-bookings/").await;
    assert_eq!(location(&asked), "/sign-in/?next=%2Fmy-bookings%2F");
    let form = text(&ann.get("/sign-up/?next=%2Fmy-bookings%2F").await);
    assert!(form.contains("name=\"next\" value=\"/my-bookings/\""), "{form}");
    let made = ann.post("/sign-up/", &format!("{ANN}&next=%2Fmy-bookings%2F")).await;
    assert_eq!(location(&made), "/my-bookings/");

    let bookings = ann.get("/my-bookings/").await;
    assert_eq!(bookings.header("cache-control"), "no-store");
    let bookings = text(&bookings);
    assert!(bookings.contains("Your account is ready") && bookings.contains("No bookings yet"), "{bookings}");
    assert!(!text(&ann.get("/my-bookings/").await).contains("Your account is ready"), "a notice is shown once");
    assert!(text(&ann.get("/about/").await).contains("Signed in as ann"));
    assert_eq!(location(&ann.get("/sign-in/").await), "/my-bookings/");

    let mut thief = Browser { house: &house, jar: ann.jar.clone() };
    assert_eq!(location(&ann.post("/sign-out/", "").await), "/");
    assert!(text(&ann.get("/about/").await).contains("You are signed out"));
    assert_eq!(location(&thief.get("/my-bookings/").await), "/sign-in/?next=%2Fmy-bookings%2F");
    assert_eq!(location(&ann.post("/sign-out/", "").await), "/", "twice is no mistake");

    assert_eq!(location(&ann.post("/sign-in/", "username=+ann+&password=correct+horse").await), "/");
    assert_eq!(ann.get("/my-bookings/").await.status, 200);
}

#[tokio::test]
async fn a_form_that_is_not_taken_comes_back_with_what_was_typed() {
    let house = House::open(WebSettings::default()).await;
    let mut guest = Browser::of(&house);
    let hostile = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22";
    let long = "x".repeat(5_000);
    for (path, body, says) in [
        ("/sign-up/", "", "Please fill this in."),
        ("/sign-up/", "username=ann&password=1234", "at least 8 characters"),
        ("/sign-up/", "username=ann&password=password1", "Many people use this password"),
        ("/sign-up/", "username=a+b&password=correct+horse", "without spaces"),
        ("/sign-up/", "username=ann&password=correct+horse&email=nowhere", "name@example.org"),
        ("/sign-up/", "username=ann&username=bob&password=", "value=\"ann\""),
        (
            "/sign-up/",
            &format!("username={hostile}&password=x"),
            "value=\"&#60;script&#62;alert(1)&#60;/script&#62;&#34;\"",
        ),
        ("/sign-up/", &format!("username={long}&password={long}"), "at most 150 characters"),
        ("/sign-up/", "username=%ff%00ann&password=%00%00%00%00%00%00%00%00", "without spaces"),
        ("/sign-in/", "", "Please fill this in."),
        ("/sign-in/", "username=nobody&password=wrong", "User name and password do not match"),
        ("/sign-in/", &format!("username={hostile}&password=correct+horse"), "do not match"),
        ("/sign-in/", "&&&===%%%", "Please fill this in."),
    ] {
        let answer = guest.post(path, body).await;
        assert_eq!(answer.status, 422, "{body}");
        let page = text(&answer);
        assert!(page.contains(says) && page.contains("role=\"alert\""), "{body}: {page}");
        assert!(!page.contains("<script>") && !page.contains("correct horse"), "{body}");
    }
    assert_eq!(guest.post("/sign-up/", ANN).await.status, 303);
    let mut other = Browser::of(&house);
    let taken = text(&other.post("/sign-up/", ANN).await);
    assert!(taken.contains("Somebody has this name already") && taken.contains("value=\"ann@example.org\""), "{taken}");
    assert!(taken.contains("aria-invalid=\"true\" aria-describedby=\"username-hint username-fault\""), "{taken}");
}

#[tokio::test]
async fn what_is_no_form_of_ours_is_a_page_that_says_so() {
    let house = House::open(WebSettings::default()).await;
    let mut guest = Browser::of(&house);
    let forms = ["/sign-in/", "/sign-up/", "/sign-out/", "/language/"];
    for path in forms {
        for foreign in [[FORM, ("sec-fetch-site", "cross-site")], [FORM, ("origin", "https://evil.example")]] {
            let answer = guest.send("POST", path, &foreign, ANN).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(text(&answer).contains("This form came from another site"), "{path}");
        }
        let json = guest.send("POST", path, &[("content-type", "application/json"), OWN], "{}").await;
        assert_eq!(json.status, 415, "{path}");
        let huge = guest.post(path, &format!("username={}", "x".repeat(2 << 20))).await;
        assert_eq!(huge.status, 413, "{path}");
        assert!(text(&huge).contains("Please send less"), "{path}");
    }
    assert!(guest.jar.is_empty(), "{:?}", guest.jar);
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let house = House::open(WebSettings::default()).await;
    let mut ann = Browser::of(&house);
    ann.post("/sign-up/", ANN).await;
    for evil in ["//evil.example", "https://evil.example/", "/%5Cevil.example", "javascript:alert(1)"] {
        let mut browser = Browser::of(&house);
        let signed_in = browser.post("/sign-in/", &format!("username=ann&password=correct+horse&next={evil}")).await;
        assert_eq!(location(&signed_in), "/", "{evil}");
        assert_eq!(location(&browser.get(&format!("/sign-in/?next={evil}")).await), "/my-bookings/", "{evil}");
        assert_eq!(location(&browser.post("/language/", &format!("language=de&next={evil}")).await), "/", "{evil}");
    }
}

#[tokio::test]
async fn the_language_is_chosen_asked_for_or_the_house_s() {
    let house = House::open(WebSettings { language: Language::Spanish, ..WebSettings::default() }).await;
    let mut guest = Browser::of(&house);
    assert!(text(&guest.get("/about/").await).contains("<html lang=\"es\">"));
    let asked = guest.send("GET", "/about/", &[("accept-language", "fr, de;q=0.5")], "").await;
    assert!(text(&asked).contains("<html lang=\"de\">"));
    let chosen = guest.post("/language/", "language=en&next=%2Fabout%2F").await;
    assert_eq!(location(&chosen), "/about/");
    let asked = guest.send("GET", "/about/", &[("accept-language", "de")], "").await;
    assert!(text(&asked).contains("<html lang=\"en\">"));
    assert_eq!(location(&guest.post("/language/", "language=xx").await), "/");
}

#[tokio::test]
async fn a_no_is_a_page_for_people_and_a_problem_for_programs() {
    let house = House::open(WebSettings::default()).await;
    let mut guest = Browser::of(&house);
    let page = guest.send("GET", "/nothing/", &[("accept-language", "de")], "").await;
    assert_eq!(page.status, 404);
    assert!(text(&page).contains("Hier ist nichts") && page.header("content-security-policy").contains("'none'"));
    let page = guest.post("/about/", "").await;
    assert_eq!((page.status.as_u16(), page.header("allow")), (405, "GET,HEAD"));
    assert!(text(&page).contains("That is not possible here"));
    for path in ["/api/nothing/", "/api/movies/999/"] {
        assert_eq!(guest.get(path).await.no().0, 404, "{path}");
    }
    assert_eq!(house.get("/nothing/").await.no(), (404, "not_found".into()));
    for path in ["/my-bookings/x/cancel/", "/assets/0/nothing.css"] {
        assert!(text(&guest.get(path).await).contains("There is nothing here"), "{path}");
    }
}

#[tokio::test]
async fn too_many_tries_are_told_on_the_form() {
    let limits = LimitSettings { sign_in_per_minute: 1, ..LimitSettings::default() };
    let house = House::open(WebSettings { limits, ..WebSettings::default() }).await;
    let mut guest = Browser::of(&house);
    let body = "username=nobody&password=wrong";
    assert_eq!(guest.post("/sign-in/", body).await.status, 422);
    let answer = guest.post("/sign-in/", body).await;
    assert_eq!(answer.status, 429);
    assert!(!answer.header("retry-after").is_empty());
    assert!(text(&answer).contains("Please wait a minute") && text(&answer).contains("value=\"nobody\""));
    assert_eq!(guest.post("/sign-up/", ANN).await.status, 429);
}

#[tokio::test]
async fn pages_that_are_the_same_for_many_are_not_sent_twice_and_not_to_the_wrong_one() {
    let house = House::open(WebSettings::default()).await;
    let mut guest = Browser::of(&house);
    let first = guest.get("/about/").await;
    let tag = first.header("etag");
    assert!(first.header("vary").contains("cookie") && first.header("vary").contains("accept-language"));
    let again = guest.send("GET", "/about/", &[("if-none-match", tag)], "").await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let small = guest.send("GET", "/about/", &[("accept-encoding", "br")], "").await;
    assert_eq!(small.header("content-encoding"), "br");
    assert!(small.body.len() * 2 < first.body.len());
    let german = guest.send("GET", "/about/", &[("if-none-match", tag), ("accept-language", "de")], "").await;
    assert_eq!(german.status, 200);

    let mut ann = Browser::of(&house);
    ann.post("/sign-up/", ANN).await;
    ann.get("/").await;
    let own = ann.send("GET", "/about/", &[("if-none-match", tag)], "").await;
    assert_eq!((own.status.as_u16(), own.header("cache-control")), (200, "no-store"));
    assert!(text(&own).contains("Signed in as ann"));
    assert!(!text(&guest.get("/about/").await).contains("ann"));
}

#[tokio::test]
async fn over_https_cookies_belong_to_this_host_alone() {
    let public_url = "https://tickets.example".into();
    let house = House::open(WebSettings { public_url, ..WebSettings::default() }).await;
    let mut ann = Browser::of(&house);
    let made = ann.post("/sign-up/", ANN).await;
    let lines: Vec<&str> = made.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    assert!(lines[0].starts_with("__Host-houselights="), "{lines:?}");
    for line in lines {
        assert!(line.ends_with("; HttpOnly; SameSite=Lax; Secure") && line.contains("; Path=/;"), "{line}");
    }
    assert_eq!(ann.get("/my-bookings/").await.header("strict-transport-security"), "max-age=31536000");
    // The same secret under the name that plain http could have set.
    let secret = ann.jar.iter().find(|(name, _)| name == "__Host-houselights").unwrap().1.clone();
    let mut other = Browser { house: &house, jar: vec![("houselights".into(), secret)] };
    assert_eq!(other.get("/my-bookings/").await.status, 303);
}
