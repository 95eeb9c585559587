use super::{
    canvas::{HEIGHT, WIDTH},
    *,
};

const HOSTILE: [&str; 10] = [
    "<script>alert(1)</script> & \"friends\"' onload='x",
    "]]></title><svg onload=alert(1)>",
    "\u{202e}live\u{202c} \u{0}\u{1}\u{8}\u{b}\u{ffff}\u{fffe}",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "שומר המסך של השעות הקטנות",
    "مدينة الذهب في الصحراء الكبرى",
    "千と千尋の神隠し",
    "🎬👩‍🚀🇩🇪",
    "Zalgo h̷̢̛̗̫e̸̞͌ ç̴̰̄o̶̱̓m̵̙̆ë̴͎s",
    "&#x3c;b&#x3e; ${x} {{x}} %3Cb%3E",
];

/// Every value of an attribute.
fn values(svg: &str, name: &str) -> Vec<f64> {
    svg.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
}

/// The names of all elements: what is text stands escaped and can be none.
fn elements(svg: &str) -> Vec<String> {
    let name = |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
    svg.split('<').skip(1).map(name).collect()
}

fn every_poster(titles: &[&str], check: impl Fn(&str, &str)) {
    for title in titles {
        for number in 0..12 {
            check(&poster(number, title), title);
        }
    }
}

#[test]
fn a_title_is_text_and_nothing_else() {
    let known = ["svg", "title", "g", "text", "path", "circle"];
    every_poster(&HOSTILE, |svg, title| {
        for element in elements(svg) {
            assert!(known.contains(&element.trim_start_matches('/')), "{element} in the poster of {title}");
        }
        assert!(!svg.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202e}')), "{title}");
        let opened = elements(svg).iter().filter(|name| ["g", "text"].contains(&name.as_str())).count();
        let closed = elements(svg).iter().filter(|name| ["/g", "/text"].contains(&name.as_str())).count();
        assert_eq!(opened, closed, "{title}");
        assert!(svg.len() < 24_000, "{} bytes: {title}", svg.len());
    });
}

#[test]
fn no_line_leaves_the_sheet() {
    let long = "An extraordinarily long title ".repeat(7);
    let broad = "W".repeat(200);
    let titles = [HOSTILE.as_slice(), &[long.trim(), &broad, "M", "il il"]].concat();
    every_poster(&titles, |svg, title| {
        assert!(values(svg, "textLength").iter().all(|length| *length <= WIDTH - 50.0), "{title}: {svg}");
        let lines = svg.split("<text ").filter(|text| text.contains("textLength"));
        let low = lines.flat_map(|text| values(&format!(" {text}"), "y")).fold(0.0, f64::max);
        assert!(low < HEIGHT - 20.0, "{title} ends at {low}");
    });
}

#[test]
fn a_poster_follows_from_number_and_title() {
    assert_eq!(poster(3, "Metropolis"), poster(3, "Metropolis"));
    assert_ne!(poster(3, "Metropolis"), poster(3, "Nosferatu"));
    let wall: std::collections::BTreeSet<String> = (1..=12).map(|number| poster(number, "Metropolis")).collect();
    assert_eq!(wall.len(), 12, "twelve films in a row have twelve posters");
    assert_eq!(poster(i64::MIN, "x"), poster(i64::MIN, "x"));
}

#[test]
fn what_runs_leftward_begins_at_the_right() {
    for (title, leftward) in [("שומר המסך", true), ("مدينة", true), ("Metropolis", false), ("«1984» مدينة", true)]
    {
        every_poster(&[title], |svg, _| assert_eq!(svg.contains("direction=\"rtl\""), leftward, "{title}"));
    }
}

#[test]
fn a_poster_without_a_title_is_still_a_poster() {
    every_poster(&["", " ", "\u{0}"], |svg, _| {
        assert!(svg.len() > 400 && !svg.contains("textLength"), "{svg}");
    });
}

#[test]
fn night_and_paper_can_be_read_on_each_other() {
    // Relative luminance and contrast as WCAG 2.2 defines them.
    let channel = |hex: &str| {
        let value = f64::from(u8::from_str_radix(hex, 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |c: &str| 0.2126 * channel(&c[1..3]) + 0.7152 * channel(&c[3..5]) + 0.0722 * channel(&c[5..7]);
    for colours in PALETTES {
        let contrast = (luminance(colours.paper) + 0.05) / (luminance(colours.night) + 0.05);
        assert!(contrast > 7.0, "{colours:?}: {contrast}");
    }
}
