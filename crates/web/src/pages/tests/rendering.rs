//! Every page, rendered from its samples in every language.

use std::sync::Arc;

use super::HOSTILE;
use crate::{
    WebSettings,
    pages::{
        about::About,
        assets::Assets,
        brand::Brand,
        film::FilmPage,
        my_bookings::{Cancel, MyBookings},
        next::Next,
        no::NoPage,
        notice::Notice,
        order::OrderPage,
        programme::Programme,
        shell::{Middle, Page, Shell},
        show::page::ShowPage,
        sign_in::SignIn,
        sign_up::SignUp,
    },
    text::{Language, MISSING, Text},
};

/// The names of the contexts below, without their paths.
pub(super) fn names() -> Vec<&'static str> {
    let mut names = Vec::new();
    every(&mut |name, _| {
        if !names.contains(&name) {
            names.push(name);
        }
    });
    names
}

/// Every page there is: whoever adds one adds it here, and a test says so if not.
fn every(look: &mut dyn FnMut(&'static str, Sample)) {
    of::<Programme>(look);
    of::<FilmPage>(look);
    of::<About>(look);
    of::<SignIn>(look);
    of::<SignUp>(look);
    of::<MyBookings>(look);
    of::<Cancel>(look);
    of::<NoPage>(look);
    of::<ShowPage>(look);
    of::<OrderPage>(look);
}

struct Sample {
    t: Text,
    middle: Middle,
}

fn of<P: Page>(look: &mut dyn FnMut(&'static str, Sample)) {
    let name = std::any::type_name::<P>().rsplit("::").next().unwrap_or_default();
    for language in Language::ALL {
        let t = Text(language);
        for page in P::samples(t) {
            look(name, Sample { t, middle: Middle::of(&page) });
        }
    }
}

/// Each sample in the shell, as a stranger and as somebody with a name and a notice see it.
fn each(mut check: impl FnMut(&str, &str)) {
    let settings = WebSettings { brand: Brand { name: HOSTILE.into(), ..Brand::default() }, ..WebSettings::default() };
    let assets = Arc::new(Assets::new(&settings.brand));
    let here = Next::parse("/?x=%22%3E").unwrap();
    every(&mut |name, Sample { t, middle }| {
        for (username, notice) in
            std::iter::once((None, None)).chain(Notice::ALL.map(|notice| (Some(HOSTILE), Some(notice))))
        {
            let (demo, brand) = (notice.is_some(), &settings.brand);
            let shell = Shell { t, brand, assets: &assets, username, notice, here: &here, demo, middle: &middle };
            let html = askama::Template::render(&shell).unwrap();
            check(name, &html);
        }
    });
}

#[test]
fn every_sample_renders_in_every_language_with_all_its_texts() {
    let mut seen = 0;
    each(|name, html| {
        assert!(!html.contains(MISSING), "{name}: {}", around(html, MISSING));
        assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"), "{name}");
        assert!(!html.contains("{{") || html.contains("{{ 7*7 }}"), "{name}");
        let one = |what: &str| assert_eq!(html.matches(what).count(), 1, "{name}: {what}");
        for what in ["<h1", "<main", "<title>", "aria-live=\"polite\"", "<html lang="] {
            one(what);
        }
        seen += 1;
    });
    assert!(seen > 500, "{seen}");
}

fn around(html: &str, what: char) -> String {
    let at = html.find(what).unwrap_or(0);
    html[at..].chars().take(60).collect()
}

#[test]
fn every_sample_is_well_formed() {
    each(|name, html| {
        if let Err(fault) = well_formed(html) {
            panic!("{name}: {fault}");
        }
    });
    for wrong in [
        "<p><b></p></b>",
        "<p",
        "<p class=x>",
        "<a href=\"x\" href=\"y\"></a>",
        "<i id=\"a\"></i><i id=\"a\"></i>",
        "</p>",
        "<div>",
        "a & b < c",
    ] {
        assert!(well_formed(wrong).is_err(), "{wrong}");
    }
}

const VOID: [&str; 6] = ["meta", "link", "img", "input", "br", "hr"];

/// A strict reading of the HTML that templates write: every element closed, every attribute quoted and there once,
/// every id there once, no stray `<` or `&`.
fn well_formed(html: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>").unwrap_or(html);
    while let Some(at) = rest.find('<') {
        text(&rest[..at])?;
        let end = tag_end(&rest[at..]).ok_or_else(|| format!("a tag does not end: {}", &rest[at..]))?;
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing that is open: {open:?}"));
            }
            continue;
        }
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!("<{tag}> is no element"));
        }
        let attributes = attributes_of(attributes)?;
        for (id, value) in attributes {
            if id == "id" {
                if ids.contains(&value) {
                    return Err(format!("the id {value} is there twice"));
                }
                ids.push(value);
            }
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    text(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("never closed: {open:?}")) }
}

/// Where a tag ends, quotes looked at.
fn tag_end(from: &str) -> Option<usize> {
    let mut quoted = false;
    from.char_indices().find_map(|(at, letter)| {
        quoted ^= letter == '"';
        (letter == '>' && !quoted).then_some(at)
    })
}

fn text(text: &str) -> Result<(), String> {
    for (at, _) in text.match_indices('&') {
        let entity = text[at + 1..].split(';').next().unwrap_or_default();
        let known = entity.len() < 8 && entity.starts_with(|c: char| c == '#' || c.is_ascii_alphabetic());
        if !known || !text[at + 1..].contains(';') {
            return Err(format!("a stray &: {}", &text[at..]));
        }
    }
    if text.contains('>') { Err(format!("a stray >: {text}")) } else { Ok(()) }
}

fn attributes_of(mut rest: &str) -> Result<Vec<(&str, &str)>, String> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(found);
        }
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix('=') {
            None => ("", after),
            Some(after) => after
                .strip_prefix('"')
                .and_then(|after| after.split_once('"'))
                .ok_or_else(|| format!("{name} is not quoted"))?,
        };
        text(value)?;
        if name.is_empty() || found.iter().any(|(known, _)| *known == name) {
            return Err(format!("{name:?} twice, or no name, in {rest}"));
        }
        found.push((name, value));
        rest = after;
    }
}

#[test]
fn what_comes_from_outside_never_becomes_markup() {
    each(|name, html| {
        for (at, _) in html.match_indices("<script") {
            let tag = &html[at..at + tag_end(&html[at..]).unwrap()];
            assert!(tag.starts_with("<script type=\"module\" src=\"/assets/"), "{name}: {tag}");
        }
        for forbidden in ["</style>", "<style", " style=\""] {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
        for tag in tags(html) {
            for (attribute, value) in
                attributes_of(tag.split_once(char::is_whitespace).map_or("", |(_, rest)| rest)).unwrap()
            {
                assert!(!attribute.starts_with("on"), "{name}: <{tag}>");
                let address = ["href", "src", "action", "formaction"].contains(&attribute);
                let own = value.starts_with('/') && !value.starts_with("//") || value.starts_with('#');
                assert!(!address || own, "{name}: {attribute}={value}");
            }
        }
    });
}

fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices('<')
        .filter_map(|(at, _)| Some(&html[at + 1..at + tag_end(&html[at..])?]))
        .filter(|tag| !tag.starts_with(['/', '!']))
}

#[test]
fn every_file_that_a_page_names_is_there() {
    let assets = Assets::new(&Brand::default());
    let other = Assets::new(&Brand { name: HOSTILE.into(), ..Brand::default() });
    each(|name, html| {
        for tag in tags(html) {
            for (_, value) in attributes_of(tag.split_once(char::is_whitespace).map_or("", |(_, rest)| rest)).unwrap() {
                if value.starts_with("/assets/") {
                    assert!(assets.has(value) || other.has(value), "{name}: {value}");
                }
            }
        }
    });
}
