//! The API as a page to read: made from the document, without a script and without anything from elsewhere.

use std::fmt::Write;

use serde_json::Value;

use crate::problem::Code;

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem 1.5rem 4rem;\
color:#1c1b22;background:#fff}h1,h2,h3{line-height:1.25}h2{margin-top:3rem;border-bottom:1px solid #ddd}\
article{margin:1.5rem 0;padding:.5rem 1rem;border:1px solid #ddd;border-radius:.5rem}code,pre{font:14px/1.5 ui-monospace,\
monospace}code,td,h3{overflow-wrap:anywhere}pre{overflow:auto;background:#f5f4f7;padding:.75rem;border-radius:.4rem}table{border-collapse:collapse;\
width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #e5e5e5}\
.verb{display:inline-block;min-width:4rem;font-weight:700;color:#7a1f3d}a{color:#7a1f3d}\
@media(prefers-color-scheme:dark){body{background:#17161b;color:#eceaf0}pre{background:#232128}\
article,h2,th,td{border-color:#3a3742}a,.verb{color:#f0a6bd}}";
const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The whole page.
pub(super) fn page(document: &Value) -> String {
    let mut page = String::from("<!doctype html><html lang=en><meta charset=utf-8>");
    page.push_str(
        "<meta name=viewport content='width=device-width,initial-scale=1'><title>Houselights API</title><style>",
    );
    page.push_str(STYLE);
    page.push_str("</style><h1>Houselights API</h1><p>To be read. <a href='/swagger/'>Try it out</a>, or give ");
    page.push_str("<a href='/api/openapi.json'>the document</a> to a program.</p>");
    let empty = serde_json::Map::new();
    let paths = document["paths"].as_object().unwrap_or(&empty);
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        let of_tag: Vec<_> =
            operations(paths).filter(|(_, _, operation)| operation["tags"][0] == tag["name"]).collect();
        if of_tag.is_empty() {
            continue;
        }
        _ = write!(page, "<h2>{}</h2><p>{}</p>", escaped(name), escaped(text(&tag["description"])));
        for (path, verb, operation) in of_tag {
            describe(&mut page, path, verb, operation);
        }
    }
    schemas(&mut page, document);
    problems(&mut page);
    page.push_str("</html>");
    page
}

fn operations(paths: &serde_json::Map<String, Value>) -> impl Iterator<Item = (&String, &'static str, &Value)> {
    paths.iter().flat_map(|(path, item)| {
        VERBS.into_iter().filter_map(move |verb| item.get(verb).map(|operation| (path, verb, operation)))
    })
}

fn describe(page: &mut String, path: &str, verb: &str, operation: &Value) {
    let (path, verb) = (escaped(path), verb.to_uppercase());
    _ = write!(page, "<article><h3><span class=verb>{verb}</span> <code>{path}</code></h3>");
    for about in ["summary", "description"] {
        if let Some(about) = operation[about].as_str() {
            _ = write!(page, "<p>{}</p>", escaped(about));
        }
    }
    if operation["security"].is_array() {
        page.push_str("<p>Send <code>Authorization: Bearer &lt;access token&gt;</code>.</p>");
    }
    if let Some(parameters) = operation["parameters"].as_array().filter(|all| !all.is_empty()) {
        page.push_str("<table><tr><th>Parameter<th>In<th>Meaning</tr>");
        for parameter in parameters {
            let (name, place) = (escaped(text(&parameter["name"])), escaped(text(&parameter["in"])));
            let about = escaped(text(&parameter["description"]));
            _ = write!(page, "<tr><td><code>{name}</code><td>{place}<td>{about}</tr>");
        }
        page.push_str("</table>");
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        _ = write!(page, "<p>Body: {}</p>", schema_name(body));
    }
    page.push_str("<table><tr><th>Answer<th>Meaning</tr>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let about = escaped(text(&response["description"]));
        let body = schema_name(&response["content"]["application/json"]["schema"]);
        _ = write!(page, "<tr><td>{}<td>{about} {body}</tr>", escaped(status));
    }
    page.push_str("</table></article>");
}

fn schemas(page: &mut String, document: &Value) {
    page.push_str("<h2>Bodies</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let pretty = serde_json::to_string_pretty(schema).unwrap_or_default();
        let name = escaped(name);
        // With a keyboard only what can have the focus can be scrolled.
        _ = write!(page, "<h3 id='schema-{name}'>{name}</h3><pre tabindex=0>{}</pre>", escaped(&pretty));
    }
}

fn problems(page: &mut String) {
    page.push_str("<h2>Codes</h2><table><tr><th>Code<th>Status<th>Meaning</tr>");
    for code in Code::ALL {
        let (word, status) = (code.as_str(), code.status().as_u16());
        _ = write!(
            page,
            "<tr id='problem-{word}'><td><code>{word}</code><td>{status}<td>{}</tr>",
            escaped(code.title())
        );
    }
    page.push_str("</table>");
}

fn schema_name(schema: &Value) -> String {
    let link = |name: &str| {
        let name = escaped(name.rsplit('/').next().unwrap_or_default());
        format!("<a href='#schema-{name}'>{name}</a>")
    };
    match (schema["$ref"].as_str(), schema["items"]["$ref"].as_str()) {
        (Some(name), _) => link(name),
        (None, Some(name)) => format!("list of {}", link(name)),
        (None, None) => String::new(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
