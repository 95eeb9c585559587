//! What a browser keeps for the pages: who is signed in, the language, and a notice for the next page.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

/// For how long a chosen language is kept.
const LANGUAGE_AGE: Duration = Duration::from_hours(24 * 365);
/// For how long a notice waits for the next page.
const NOTICE_AGE: Duration = Duration::from_mins(1);

/// One of the cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    Session,
    Language,
    Notice,
}

/// How cookies are named and written here. Over https their names begin with `__Host-`, which a browser takes from this
/// very host over https only; over plain http, as in the demo on one's own machine, that is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cookies {
    secure: bool,
}

impl Cookies {
    pub(crate) const fn new(secure: bool) -> Self {
        Self { secure }
    }

    const fn name(self, cookie: Cookie) -> &'static str {
        match (self.secure, cookie) {
            (true, Cookie::Session) => "__Host-houselights",
            (true, Cookie::Language) => "__Host-houselights-language",
            (true, Cookie::Notice) => "__Host-houselights-notice",
            (false, Cookie::Session) => "houselights",
            (false, Cookie::Language) => "houselights-language",
            (false, Cookie::Notice) => "houselights-notice",
        }
    }

    /// What a request carries.
    pub(crate) fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<&str> {
        let name = self.name(cookie);
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find_map(|(known, value)| (known == name && !value.is_empty()).then_some(value))
    }

    /// The line that makes a browser keep a value; `age` is the session's, other cookies have ages of their own.
    pub(crate) fn keep(self, cookie: Cookie, value: &str, age: Duration) -> HeaderValue {
        let age = match cookie {
            Cookie::Session => age,
            Cookie::Language => LANGUAGE_AGE,
            Cookie::Notice => NOTICE_AGE,
        };
        self.line(cookie, value, age)
    }

    /// The line that makes a browser forget.
    pub(crate) fn forget(self, cookie: Cookie) -> HeaderValue {
        self.line(cookie, "", Duration::ZERO)
    }

    /// Every value is of our own making, so that a line which is no header never is.
    fn line(self, cookie: Cookie, value: &str, age: Duration) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let (name, age) = (self.name(cookie), age.as_secs());
        HeaderValue::try_from(format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"))
            .unwrap_or(HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_for_this_host_over_https_and_plain_on_the_own_machine() {
        let line = |secure| Cookies::new(secure).keep(Cookie::Session, "1.ab", Duration::from_mins(1));
        assert_eq!(line(true), "__Host-houselights=1.ab; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(line(false), "houselights=1.ab; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
        assert!(Cookies::new(true).forget(Cookie::Notice).to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("xhouselights=no; a=b;houselights=yes; houselights-language=de"),
        );
        assert_eq!(Cookies::new(false).read(&headers, Cookie::Session), Some("yes"));
        assert_eq!(Cookies::new(false).read(&headers, Cookie::Language), Some("de"));
        assert_eq!(Cookies::new(false).read(&headers, Cookie::Notice), None);
        // A cookie that plain http could have set is not taken for one that only https can set.
        assert_eq!(Cookies::new(true).read(&headers, Cookie::Session), None);
    }
}
