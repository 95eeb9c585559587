//! Posters for films that have none: drawn from their titles, so that a programme looks like a cinema's wall.
//!
//! A poster is a pure function of the film's number and title. The number chooses drawing and colours, so that films
//! which were added one after the other look different; the title throws the dice for everything else.

mod canvas;
mod lettering;
mod scenes;
mod shapes;
#[cfg(test)]
mod tests;

use crate::dice::Dice;
use canvas::{Canvas, HEIGHT, PALETTES, Palette, WIDTH};
use lettering::{Lettering, clean, escaped};

/// Grows when a drawing changes, so that posters that browsers have kept are fetched anew.
const VERSION: u64 = 1;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drawing {
    City,
    Rays,
    Sea,
    Tiles,
    Beam,
    Shutter,
    Peaks,
    Letter,
    Orbits,
    Blinds,
    Steps,
    Dots,
}

impl Drawing {
    const ALL: [Self; 12] = [
        Self::City,
        Self::Rays,
        Self::Sea,
        Self::Tiles,
        Self::Beam,
        Self::Shutter,
        Self::Peaks,
        Self::Letter,
        Self::Orbits,
        Self::Blinds,
        Self::Steps,
        Self::Dots,
    ];

    fn draw(self, canvas: &mut Canvas, dice: &mut Dice, colours: &Palette, title: &str) -> Lettering {
        match self {
            Self::City => scenes::city(canvas, dice, colours),
            Self::Rays => shapes::rays(canvas, dice, colours),
            Self::Sea => scenes::sea(canvas, dice, colours),
            Self::Tiles => shapes::tiles(canvas, dice, colours),
            Self::Beam => scenes::beam(canvas, dice, colours),
            Self::Shutter => shapes::shutter(canvas, dice, colours),
            Self::Peaks => scenes::peaks(canvas, dice, colours),
            Self::Letter => shapes::letter(canvas, dice, colours, title),
            Self::Orbits => scenes::orbits(canvas, dice, colours),
            Self::Blinds => shapes::blinds(canvas, dice, colours),
            Self::Steps => scenes::steps(canvas, dice, colours),
            Self::Dots => shapes::dots(canvas, dice, colours),
        }
    }
}

/// Tells a poster from what it was before its film or its drawing changed.
pub fn mark(number: i64, title: &str) -> u64 {
    Dice::of(&format!("{VERSION}/{number}/{title}")).mark()
}

/// The poster of a film as an SVG picture of 2 to 3, for any size.
pub fn poster(number: i64, title: &str) -> String {
    let pairs = (Drawing::ALL.len() * PALETTES.len()) as u64;
    let index = usize::try_from(number.unsigned_abs() % pairs).unwrap_or(0);
    let drawing = Drawing::ALL[index % Drawing::ALL.len()];
    let colours = &PALETTES[(index * 5 + index / PALETTES.len()) % PALETTES.len()];
    let mut canvas = Canvas::default();
    let name = escaped(&clean(title));
    canvas.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" role=\"img\"><title>{name}</title>"
    ));
    let lettering = drawing.draw(&mut canvas, &mut Dice::of(title), colours, title);
    lettering.set(title, &mut canvas);
    canvas.put("</svg>");
    canvas.0
}
