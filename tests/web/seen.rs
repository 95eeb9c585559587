//! A page as somebody reads it: its text, line by line, without markup.

use houselights_testkit::Answer;

/// Elements that begin a line of their own.
const LINES: [&str; 13] =
    ["h1", "h2", "h3", "p", "li", "dt", "summary", "label", "option", "section", "article", "nav", "form"];

/// What stands between `<main>` and `</main>`.
pub(crate) fn seen(answer: &Answer) -> String {
    let html = answer.text();
    let from = html.find("<main").unwrap();
    let main = &html[from..html.find("</main>").unwrap()];
    let mut text = String::new();
    for (index, piece) in main.split('<').enumerate() {
        let (tag, after) = if index == 0 { ("", piece) } else { piece.split_once('>').unwrap() };
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        text.push(if LINES.contains(&name) { '\n' } else { ' ' });
        if tag.contains("aria-current") {
            text.push_str("* ");
        }
        text.push_str(&after.replace('\n', " "));
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let text: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    let plain = text.join("\n").replace("&#39;", "'").replace("&#38;", "&").replace("&amp;", "&");
    plain.replace('\u{a0}', " ")
}

/// All addresses in the page that begin like this.
pub(crate) fn addresses(answer: &Answer, beginning: &str) -> Vec<String> {
    let html = answer.text();
    let found = html.split('"').filter(|value| value.starts_with(beginning));
    found.map(|address| address.replace("&amp;", "&").replace("&#38;", "&")).collect()
}
