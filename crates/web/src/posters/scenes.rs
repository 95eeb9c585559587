//! Drawings of something: a city, the sea, a staircase.

use std::{f64::consts::TAU, fmt::Write as _};

use super::{
    canvas::{Canvas, HEIGHT, Palette, WIDTH, short},
    lettering::{Align, Face, Keep, Lettering},
};
use crate::dice::Dice;

/// A city at night.
pub(super) fn city(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.night);
    let moon = (dice.between(90.0, 310.0), dice.between(262.0, 292.0));
    canvas.faint(0.16, |canvas| canvas.circle(moon, 118.0, colours.warm));
    canvas.circle(moon, 84.0, colours.warm);
    for (layer, (fill, low, high)) in
        [(colours.calm, 290.0, 400.0), (colours.loud, 370.0, 470.0), (colours.night, 450.0, 540.0)]
            .into_iter()
            .enumerate()
    {
        let mut x = -10.0;
        while x < WIDTH {
            let (width, top) = (dice.between(34.0, 74.0), dice.between(low, high));
            canvas.rect((x, top), (width, HEIGHT - top), fill);
            if dice.throw(3) == 0 {
                canvas.rect((x + width / 2.0 - 2.0, top - 26.0), (4.0, 26.0), fill);
            }
            if layer == 2 {
                windows(canvas, dice, (x, top), width, colours.warm);
            }
            x += width;
        }
    }
    Lettering {
        left: 30.0,
        top: 34.0,
        width: 340.0,
        height: 158.0,
        face: Face::Narrow,
        align: Align::Start,
        keep: Keep::Top,
        capitals: true,
        fill: colours.paper,
        largest: 84.0,
    }
}

fn windows(canvas: &mut Canvas, dice: &mut Dice, at: (f64, f64), width: f64, fill: &str) {
    let mut y = at.1 + 12.0;
    while y < HEIGHT - 14.0 {
        let mut x = at.0 + 8.0;
        while x < at.0 + width - 12.0 {
            if dice.throw(3) == 0 {
                canvas.rect((x, y), (6.0, 9.0), fill);
            }
            x += 13.0;
        }
        y += 20.0;
    }
}

/// A sun over waves.
pub(super) fn sea(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.paper);
    let sun = (dice.between(120.0, 280.0), 300.0);
    canvas.circle(sun, 112.0, colours.loud);
    canvas.faint(0.5, |canvas| canvas.ring(sun, 134.0, 3.0, colours.warm));
    canvas.faint(0.3, |canvas| canvas.ring(sun, 156.0, 3.0, colours.warm));
    let shift = dice.between(0.0, TAU);
    for (index, fill) in
        [colours.warm, colours.calm, colours.calm, colours.night, colours.night].into_iter().enumerate()
    {
        let step = f64::from(u32::try_from(index).unwrap_or(0));
        let opacity = if index == 2 || index == 3 { 0.72 } else { 1.0 };
        canvas.faint(opacity, |canvas| {
            let (level, swing) = (318.0 + step * 56.0, 9.0 + step * 3.0);
            let mut path = format!("M0 {HEIGHT}");
            for point in 0..=20_u32 {
                let x = f64::from(point) * 20.0;
                let y = level + swing * (x / 62.0 + shift + step * 1.9).sin();
                _ = write!(path, "L{} {}", x, short(y));
            }
            canvas.path(&format!("{path}L{WIDTH} {HEIGHT}z"), fill);
        });
    }
    Lettering {
        left: 30.0,
        top: 32.0,
        width: 340.0,
        height: 148.0,
        face: Face::Italic,
        align: Align::Middle,
        keep: Keep::Top,
        capitals: false,
        fill: colours.night,
        largest: 68.0,
    }
}

/// A staircase, and somebody small on it.
pub(super) fn steps(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.warm);
    let (count, up) = (9_u32, dice.throw(2) == 0);
    let (run, rise) = (WIDTH / f64::from(count), 34.0);
    let walker = 2 + dice.throw(count - 4);
    for step in 0..count {
        let index = if up { step } else { count - 1 - step };
        let (x, top) = (f64::from(index) * run, 556.0 - f64::from(step) * rise);
        let fill = if step % 2 == 0 { colours.loud } else { colours.night };
        canvas.rect((x, top), (run + 0.5, HEIGHT - top), fill);
        if step == walker {
            let middle = x + run / 2.0;
            canvas.circle((middle, top - 47.0), 7.5, colours.night);
            canvas.polygon(
                &[(middle - 5.0, top - 38.0), (middle + 5.0, top - 38.0), (middle + 11.0, top), (middle - 11.0, top)],
                colours.night,
            );
        }
    }
    Lettering {
        left: 28.0,
        top: 34.0,
        width: 344.0,
        height: 190.0,
        face: Face::Grotesque,
        align: Align::Start,
        keep: Keep::Top,
        capitals: true,
        fill: colours.night,
        largest: 76.0,
    }
}

/// Mountains by the light of a low moon.
pub(super) fn peaks(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.calm);
    let moon = (dice.between(70.0, 330.0), dice.between(250.0, 300.0));
    canvas.circle(moon, 62.0, colours.paper);
    for (fill, shade, top, foot) in [
        (colours.warm, colours.loud, 300.0, 470.0),
        (colours.loud, colours.night, 380.0, 560.0),
        (colours.night, colours.night, 480.0, HEIGHT),
    ] {
        let mut x = dice.between(-120.0, -60.0);
        while x < WIDTH {
            let (width, peak) = (dice.between(150.0, 230.0), dice.between(top, top + 60.0));
            let summit = (x + width * dice.between(0.4, 0.6), peak);
            canvas.polygon(&[(x - 30.0, HEIGHT), summit, (x + width + 30.0, HEIGHT)], fill);
            canvas.faint(0.55, |canvas| {
                canvas.polygon(&[summit, (x + width + 30.0, HEIGHT), (summit.0 + 16.0, foot)], shade);
            });
            x += width * 0.62;
        }
    }
    Lettering {
        left: 30.0,
        top: 36.0,
        width: 340.0,
        height: 170.0,
        face: Face::Antiqua,
        align: Align::Middle,
        keep: Keep::Top,
        capitals: true,
        fill: colours.paper,
        largest: 60.0,
    }
}

/// The beam of a projector, with dust in it.
pub(super) fn beam(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.night);
    let lens = (dice.between(300.0, 350.0), 78.0);
    canvas.faint(0.9, |canvas| canvas.polygon(&[lens, (-40.0, 250.0), (-40.0, 470.0)], colours.warm));
    canvas.faint(0.55, |canvas| canvas.polygon(&[lens, (-40.0, 300.0), (-40.0, 400.0)], colours.paper));
    canvas.circle(lens, 54.0, colours.loud);
    canvas.circle(lens, 40.0, colours.night);
    canvas.circle(lens, 25.0, colours.paper);
    for _ in 0..26 {
        let far = dice.between(0.15, 1.0);
        let y = lens.1 + far * dice.between(190.0, 360.0);
        canvas.faint(0.8, |canvas| canvas.circle((lens.0 - far * 330.0, y), dice.between(1.2, 3.6), colours.loud));
    }
    Lettering {
        left: 30.0,
        top: 396.0,
        width: 340.0,
        height: 140.0,
        face: Face::Grotesque,
        align: Align::Start,
        keep: Keep::Bottom,
        capitals: false,
        fill: colours.paper,
        largest: 76.0,
    }
}

/// Planets on their orbits.
pub(super) fn orbits(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.night);
    for _ in 0..46 {
        let star = (dice.between(0.0, WIDTH), dice.between(0.0, HEIGHT));
        canvas.faint(0.7, |canvas| canvas.circle(star, dice.between(0.7, 1.9), colours.paper));
    }
    let sun = (dice.between(150.0, 250.0), 232.0);
    canvas.circle(sun, 42.0, colours.warm);
    for (index, fill) in [colours.loud, colours.paper, colours.calm, colours.loud].into_iter().enumerate() {
        let r = 74.0 + 34.0 * f64::from(u32::try_from(index).unwrap_or(0));
        canvas.faint(0.6, |canvas| canvas.ring(sun, r, 1.5, colours.paper));
        let turn = dice.between(0.0, TAU);
        let planet = (sun.0 + r * turn.cos(), sun.1 + r * turn.sin());
        canvas.circle(planet, dice.between(8.0, 17.0), fill);
    }
    Lettering {
        left: 34.0,
        top: 428.0,
        width: 332.0,
        height: 116.0,
        face: Face::Narrow,
        align: Align::Middle,
        keep: Keep::Centre,
        capitals: true,
        fill: colours.paper,
        largest: 54.0,
    }
}
