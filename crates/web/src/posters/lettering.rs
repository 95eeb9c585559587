//! The title: broken into lines, made as large as its box allows, and never wider than that on any machine.
//!
//! A picture has only the fonts of whoever looks at it. Widths are guessed from the letters, and `textLength` holds
//! every font to the guess.

use super::canvas::{Canvas, short};

/// A kind of type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Grotesque,
    Narrow,
    Antiqua,
    Italic,
}

impl Face {
    const fn attributes(self) -> &'static str {
        match self {
            Self::Grotesque => {
                "font-family=\"'Avenir Next','Helvetica Neue',Helvetica,Arial,sans-serif\" font-weight=\"800\""
            }
            Self::Narrow => {
                "font-family=\"'Arial Narrow','Roboto Condensed','Liberation Sans Narrow',Arial,sans-serif\" \
                 font-weight=\"700\""
            }
            Self::Antiqua => "font-family=\"Didot,Georgia,'Times New Roman',serif\" font-weight=\"700\"",
            Self::Italic => "font-family=\"Georgia,'Times New Roman',serif\" font-weight=\"700\" font-style=\"italic\"",
        }
    }

    /// Its widths against a bold grotesque's.
    const fn breadth(self) -> f64 {
        match self {
            Self::Grotesque => 1.0,
            Self::Narrow => 0.82,
            Self::Antiqua => 0.94,
            Self::Italic => 0.92,
        }
    }
}

/// Where the lines begin, or lie around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Start,
    Middle,
}

/// Which end of its box a short title keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    Top,
    Centre,
    Bottom,
}

/// Where and how a drawing wants the title.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lettering {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) face: Face,
    pub(super) align: Align,
    pub(super) keep: Keep,
    pub(super) capitals: bool,
    pub(super) fill: &'static str,
    /// The largest size of letters.
    pub(super) largest: f64,
}

/// Sizes that are tried, from large to small.
const SIZES: [f64; 14] = [84.0, 76.0, 68.0, 60.0, 54.0, 48.0, 42.0, 37.0, 32.0, 28.0, 24.0, 21.0, 18.0, 15.0];
/// From here on words that are too long are cut.
const CUT_BELOW: f64 = 26.0;
/// From one line to the next, in sizes.
const LEADING: f64 = 1.06;

impl Lettering {
    /// Sets the title.
    pub(super) fn set(&self, title: &str, canvas: &mut Canvas) {
        let text = clean(title);
        let text = if self.capitals { text.to_uppercase() } else { text };
        let (size, lines) = self.fitted(&text);
        let height = size * LEADING * count(lines.len());
        let top = match self.keep {
            Keep::Top => self.top,
            Keep::Centre => self.top + (self.height - height) / 2.0,
            Keep::Bottom => self.top + self.height - height,
        };
        let rtl = runs_leftward(&text);
        let (x, anchor) = match (self.align, rtl) {
            (Align::Middle, _) => (self.left + self.width / 2.0, "middle"),
            (Align::Start, false) => (self.left, "start"),
            (Align::Start, true) => (self.left + self.width, "start"),
        };
        let direction = if rtl { " direction=\"rtl\"" } else { "" };
        canvas.put(format_args!(
            "<g {} font-size=\"{size}\" fill=\"{}\" text-anchor=\"{anchor}\"{direction}>",
            self.face.attributes(),
            self.fill
        ));
        for (index, line) in lines.iter().enumerate() {
            let y = short(top + size * (LEADING * count(index) + 0.84));
            let length = short((breadth(line, self.face) * size).min(self.width));
            canvas.put(format_args!(
                "<text x=\"{}\" y=\"{y}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
                short(x),
                escaped(line)
            ));
        }
        canvas.put("</g>");
    }

    /// The largest size at which all lines are in the box, and the lines.
    fn fitted(&self, text: &str) -> (f64, Vec<String>) {
        for size in SIZES.into_iter().filter(|size| *size <= self.largest) {
            let lines = self.lines(text, size);
            let wide_enough = lines.iter().all(|line| breadth(line, self.face) * size <= self.width);
            if wide_enough && size * LEADING * count(lines.len()) <= self.height {
                return (size, lines);
            }
        }
        let smallest = SIZES[SIZES.len() - 1];
        let mut lines = self.lines(text, smallest);
        let room = (1..=lines.len()).take_while(|n| smallest * LEADING * count(*n) <= self.height).count();
        if lines.len() > room {
            lines.truncate(room);
            if let Some(last) = lines.last_mut() {
                _ = last.pop();
                last.push('…');
            }
        }
        (smallest, lines)
    }

    fn lines(&self, text: &str, size: f64) -> Vec<String> {
        let fits = |line: &str| breadth(line, self.face) * size <= self.width;
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if fits(&longer) {
                line = longer;
                continue;
            }
            lines.extend((!line.is_empty()).then(|| std::mem::take(&mut line)));
            word.clone_into(&mut line);
            if size < CUT_BELOW && !fits(word) {
                line.clear();
                for letter in word.chars() {
                    if !is_mark(letter) && !fits(&format!("{line}{letter}")) {
                        lines.push(std::mem::take(&mut line));
                    }
                    line.push(letter);
                }
            }
        }
        lines.extend((!line.is_empty()).then_some(line));
        lines
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// How wide a line is at size 1: a bold Helvetica's widths, roughly.
fn breadth(line: &str, face: Face) -> f64 {
    line.chars().map(letter).sum::<f64>() * face.breadth()
}

fn letter(letter: char) -> f64 {
    match letter {
        _ if is_mark(letter) => 0.0,
        'i' | 'I' | 'j' | 'l' | '|' | '!' | '\'' | '.' | ',' | ':' | ';' | ' ' | '’' => 0.3,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '"' => 0.38,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' | '—' => 0.9,
        'J' | '0'..='9' => 0.57,
        _ if letter.is_ascii_lowercase() => 0.58,
        _ if letter.is_ascii_uppercase() => 0.71,
        // Han, kana, hangul, full-width forms and most pictures take a square.
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f000}'.. => 1.05,
        _ if letter.is_uppercase() => 0.74,
        _ => 0.62,
    }
}

/// Stands on or joins the letter before it.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{93a}'..='\u{94d}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
        | '\u{200b}'..='\u{200f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// The first letter with a direction goes leftward: Hebrew, Arabic and their neighbours.
fn runs_leftward(text: &str) -> bool {
    let leftward = |letter: char| {
        matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    };
    text.chars().find(|letter| letter.is_alphabetic()).is_some_and(leftward)
}

/// Without what no XML may hold (1.0, 2.2), and without what turns the direction of everything after it.
pub(super) fn clean(text: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let taken = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    taken.filter(|letter| !turns(*letter) && !matches!(letter, '\u{fffe}' | '\u{ffff}')).collect()
}

/// As it may stand in an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}
