//! What holds for the text of templates and handlers.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file: its name and its text.
struct File {
    name: String,
    text: String,
}

fn files(folder: &str, ending: &str) -> Vec<File> {
    let mut folders: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(File { name: path.display().to_string(), text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    assert!(!found.is_empty(), "no {ending} in {folder}");
    found
}

/// The code of a page without its tests.
fn code(file: &File) -> &str {
    file.text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default()
}

fn pages() -> Vec<File> {
    let mut pages = files("src/pages", "rs");
    pages.retain(|file| !file.name.contains("/tests"));
    pages
}

/// An address that somebody wrote by hand into a template.
fn written_in_template(text: &str) -> Option<&str> {
    ["href=\"", "action=\"", "src=\"", "srcset=\""].into_iter().find_map(|attribute| {
        text.match_indices(attribute).find_map(|(at, _)| {
            let value = text[at + attribute.len()..].split('"').next().unwrap_or_default();
            (!value.starts_with("{{") && !value.starts_with('#')).then_some(value)
        })
    })
}

/// An address that somebody wrote by hand into a handler: a literal that begins with a slash, outside of the types
/// that register routes.
fn written_in_handler(code: &str) -> Option<&str> {
    code.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.starts_with("#[t")).find(|line| {
        line.match_indices("\"/").any(|(at, _)| {
            // `'"/'` ends a literal as often as it begins one.
            line[..at].matches('"').count().is_multiple_of(2)
                && line[at + 2..].starts_with(|letter: char| letter.is_ascii_lowercase())
        })
    })
}

#[test]
fn no_address_is_written_by_hand() {
    for file in files("templates", "html") {
        assert_eq!(written_in_template(&file.text), None, "{}", file.name);
    }
    for file in pages() {
        // What is compared with, and what tests use as samples.
        let text: String = code(&file)
            .lines()
            .filter(|line| !["starts_with", "Next::parse", "contains"].iter().any(|word| line.contains(word)))
            .fold(String::new(), |text, line| text + line + "\n");
        assert_eq!(written_in_handler(&text), None, "{}", file.name);
    }
    assert!(written_in_template("<a href=\"/about/\">").is_some());
    assert!(written_in_template("<form action=\"/x\">").is_some());
    assert!(written_in_template("<img src=\"{{ url }}\" srcset=\"/x 1w\">").is_some());
    assert!(written_in_template("<a href=\"{{ url }}\"><a href=\"#main\">").is_none());
    assert!(written_in_handler("SeeOther::to(&\"/about/\")").is_some());
    assert!(written_in_handler("#[typed_path(\"/about/\")]").is_none());
}

#[test]
fn every_page_is_among_the_samples() {
    let known = super::rendering::names();
    for file in pages() {
        for (_, after) in
            code(&file).match_indices("impl Page for ").map(|(at, word)| (at, &file.text[at + word.len()..]))
        {
            let name = after.split([' ', '<']).next().unwrap();
            assert!(known.contains(&name), "{name} of {} is not in rendering.rs", file.name);
        }
    }
}

#[test]
fn every_template_belongs_to_a_context() {
    let code: String = pages().iter().map(|file| file.text.clone()).collect();
    let templates = files("templates", "html");
    for template in &templates {
        let name = template.name.rsplit('/').next().unwrap();
        let imported = templates.iter().any(|other| other.text.contains(&format!("\"{name}\" as ")));
        assert!(code.contains(&format!("path = \"{name}\"")) || imported, "{name}");
    }
}

/// A page's handler that reads a body in another way than as a form of this site.
fn other_body(code: &str) -> Option<&'static str> {
    let words = ["Fields", "WholeBody", "Json(", "Json<", "Form(", "Bytes,", "body: Bytes", "Multipart", "RawForm"];
    words.into_iter().find(|word| {
        code.lines().any(|line| {
            let line = line.replace("PageForm(", "").replace("PageForm<", "");
            line.contains(word) && !line.trim_start().starts_with("//")
        })
    })
}

#[test]
fn bodies_come_as_page_forms_only() {
    for file in pages() {
        // The extractor itself.
        if !file.name.ends_with("/pages/form.rs")
            && !file.name.ends_with("/assets.rs")
            && !file.name.ends_with("/brand.rs")
        {
            assert_eq!(other_body(code(&file)), None, "{}", file.name);
        }
        for post in ["typed_put", "typed_patch", "typed_delete"] {
            assert!(!code(&file).contains(post), "{}: browsers' forms only post", file.name);
        }
    }
    assert_eq!(other_body("async fn x(fields: Fields)"), Some("Fields"));
    assert_eq!(other_body("async fn x(PageForm(a): PageForm<A>)"), None);
}

#[test]
fn every_post_is_protected() {
    for file in pages() {
        let posts = code(&file).matches("typed_post(").count();
        let forms = code(&file).matches(": PageForm<").count();
        assert!(posts <= forms || file.name.ends_with("/form.rs"), "{}: {posts} posts, {forms} forms", file.name);
    }
}
