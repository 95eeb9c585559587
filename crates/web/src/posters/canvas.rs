//! What drawings are drawn with: shapes as presentation attributes, colours.

use std::fmt::{Display, Write as _};

/// Width of every poster, in its own units.
pub(super) const WIDTH: f64 = 400.0;
/// Height of every poster.
pub(super) const HEIGHT: f64 = 600.0;

/// Colours that go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Palette {
    /// Dark enough for `paper` to be read on.
    pub(super) night: &'static str,
    /// Light enough for `night` to be read on.
    pub(super) paper: &'static str,
    /// The loudest colour.
    pub(super) loud: &'static str,
    /// A light colour.
    pub(super) warm: &'static str,
    /// A quiet colour.
    pub(super) calm: &'static str,
}

const fn palette(
    night: &'static str,
    paper: &'static str,
    loud: &'static str,
    warm: &'static str,
    calm: &'static str,
) -> Palette {
    Palette { night, paper, loud, warm, calm }
}

/// All palettes.
pub(super) const PALETTES: [Palette; 12] = [
    palette("#14213d", "#fdf3e1", "#e85d04", "#fca311", "#3d5a80"),
    palette("#10302b", "#f1faee", "#e76f51", "#e9c46a", "#2a9d8f"),
    palette("#2b0a3d", "#fbeaff", "#ff4d6d", "#ff9e00", "#7b2cbf"),
    palette("#1b1b1e", "#f7f0e3", "#d62828", "#f4a259", "#6c757d"),
    palette("#03045e", "#eaf8ff", "#00b4d8", "#ffd166", "#0077b6"),
    palette("#33261d", "#fff4e0", "#c8553d", "#f28f3b", "#588b8b"),
    palette("#132a13", "#fefae0", "#bc6c25", "#dda15e", "#4f772d"),
    palette("#240c5c", "#f8f0ff", "#f72585", "#4cc9f0", "#7209b7"),
    palette("#4a0e17", "#fff1e6", "#e63946", "#f1c453", "#9d2235"),
    palette("#0b3c49", "#f4f1de", "#e07a5f", "#f2cc8f", "#3d8b8b"),
    palette("#0d1b2a", "#e8e9e4", "#e9c46a", "#a9bcd0", "#415a77"),
    palette("#22223b", "#f2e9e4", "#f28482", "#f6bd60", "#6d6f94"),
];

/// The drawing so far.
#[derive(Debug, Default)]
pub(super) struct Canvas(pub(super) String);

/// A coordinate: a tenth is fine enough, and short.
pub(super) fn short(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

impl Canvas {
    pub(super) fn put(&mut self, markup: impl Display) {
        _ = write!(self.0, "{markup}");
    }

    pub(super) fn ground(&mut self, fill: &str) {
        self.put(format_args!("<path d=\"M0 0h{WIDTH}v{HEIGHT}H0z\" fill=\"{fill}\"/>"));
    }

    pub(super) fn rect(&mut self, at: (f64, f64), size: (f64, f64), fill: &str) {
        let ((x, y), (w, h)) = ((short(at.0), short(at.1)), (short(size.0), short(size.1)));
        self.put(format_args!("<path d=\"M{x} {y}h{w}v{h}h-{w}z\" fill=\"{fill}\"/>"));
    }

    pub(super) fn circle(&mut self, at: (f64, f64), r: f64, fill: &str) {
        let (x, y, r) = (short(at.0), short(at.1), short(r));
        self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"{fill}\"/>"));
    }

    pub(super) fn ring(&mut self, at: (f64, f64), r: f64, width: f64, stroke: &str) {
        let (x, y, r, width) = (short(at.0), short(at.1), short(r), short(width));
        self.put(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{width}\"/>"
        ));
    }

    pub(super) fn polygon(&mut self, points: &[(f64, f64)], fill: &str) {
        let mut path = String::new();
        for (index, (x, y)) in points.iter().enumerate() {
            _ = write!(path, "{}{} {}", if index == 0 { 'M' } else { 'L' }, short(*x), short(*y));
        }
        self.path(&format!("{path}z"), fill);
    }

    pub(super) fn path(&mut self, path: &str, fill: &str) {
        self.put(format_args!("<path d=\"{path}\" fill=\"{fill}\"/>"));
    }

    /// What is drawn in `draw` shines through.
    pub(super) fn faint(&mut self, opacity: f64, draw: impl FnOnce(&mut Self)) {
        self.put(format_args!("<g opacity=\"{opacity}\">"));
        draw(self);
        self.put("</g>");
    }
}
