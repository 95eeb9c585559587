//! Drawings of nothing but shapes.

use std::f64::consts::TAU;

use super::{
    canvas::{Canvas, HEIGHT, Palette, WIDTH, short},
    lettering::{Align, Face, Keep, Lettering, clean, escaped},
};
use crate::dice::Dice;

/// Rays from behind a disc.
pub(super) fn rays(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.warm);
    let (centre, count) = ((200.0, dice.between(250.0, 300.0)), 22_u32);
    for ray in 0..count {
        let (from, to) = (f64::from(ray) / f64::from(count), (f64::from(ray) + 0.5) / f64::from(count));
        let far = |turn: f64| (centre.0 + 620.0 * (turn * TAU).cos(), centre.1 + 620.0 * (turn * TAU).sin());
        canvas.polygon(&[centre, far(from), far(to)], colours.loud);
    }
    canvas.circle(centre, 118.0, colours.paper);
    canvas.circle(centre, 96.0, colours.night);
    canvas.circle((centre.0 + dice.between(-34.0, 34.0), centre.1 - 12.0), 42.0, colours.warm);
    canvas.rect((0.0, 440.0), (WIDTH, 160.0), colours.night);
    Lettering {
        left: 26.0,
        top: 454.0,
        width: 348.0,
        height: 104.0,
        face: Face::Grotesque,
        align: Align::Middle,
        keep: Keep::Centre,
        capitals: true,
        fill: colours.paper,
        largest: 68.0,
    }
}

/// Tiles of quarter circles, as schools of design once taught.
pub(super) fn tiles(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.paper);
    let fills = [colours.loud, colours.warm, colours.calm, colours.night];
    for tile in 0..16_u32 {
        let (x, y) = (f64::from(tile % 4) * 100.0, f64::from(tile / 4) * 100.0);
        let ground = fills[(dice.throw(4) as usize) % 4];
        let others: Vec<&str> = fills.into_iter().filter(|fill| *fill != ground).collect();
        let fill = dice.one_of(&others).unwrap_or(colours.paper);
        canvas.rect((x, y), (100.0, 100.0), ground);
        let (right, low) = (x + 100.0, y + 100.0);
        match dice.throw(7) {
            0 => canvas.path(&format!("M{x} {y}h100A100 100 0 0 1 {x} {low}z"), fill),
            1 => canvas.path(&format!("M{right} {low}h-100A100 100 0 0 1 {right} {y}z"), fill),
            2 => canvas.path(&format!("M{right} {y}v100A100 100 0 0 1 {x} {y}z"), fill),
            3 => canvas.path(&format!("M{x} {low}v-100A100 100 0 0 1 {right} {low}z"), fill),
            4 => canvas.circle((x + 50.0, y + 50.0), 38.0, fill),
            5 => canvas.path(
                &format!("M{x} {low}A50 50 0 0 1 {right} {low}zM{x} {}A50 50 0 0 1 {right} {}z", y + 50.0, y + 50.0),
                fill,
            ),
            _ => canvas.polygon(&[(x, y), (right, y), (x, low)], fill),
        }
    }
    Lettering {
        left: 26.0,
        top: 420.0,
        width: 348.0,
        height: 130.0,
        face: Face::Grotesque,
        align: Align::Start,
        keep: Keep::Top,
        capitals: false,
        fill: colours.night,
        largest: 68.0,
    }
}

/// One letter, larger than the sheet.
pub(super) fn letter(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette, title: &str) -> Lettering {
    canvas.ground(colours.loud);
    let first = clean(title).chars().find(|letter| letter.is_alphanumeric()).unwrap_or('*');
    let (x, y, turn) = (dice.between(170.0, 230.0), 420.0, dice.between(-14.0, 14.0));
    canvas.put(format_args!(
        "<text x=\"{}\" y=\"{y}\" transform=\"rotate({} 200 250)\" font-family=\"Georgia,'Times New Roman',serif\" \
         font-weight=\"700\" font-size=\"560\" fill=\"{}\" text-anchor=\"middle\">{}</text>",
        short(x),
        short(turn),
        colours.night,
        escaped(&first.to_uppercase().to_string())
    ));
    let dot = (dice.between(60.0, 340.0), dice.between(60.0, 180.0));
    canvas.circle(dot, 34.0, colours.warm);
    canvas.rect((0.0, 452.0), (WIDTH, 148.0), colours.paper);
    Lettering {
        left: 28.0,
        top: 468.0,
        width: 344.0,
        height: 92.0,
        face: Face::Antiqua,
        align: Align::Start,
        keep: Keep::Centre,
        capitals: false,
        fill: colours.night,
        largest: 48.0,
    }
}

/// A disc behind blinds.
pub(super) fn blinds(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.night);
    let (centre, r) = ((dice.between(150.0, 250.0), 220.0), 168.0);
    canvas.circle(centre, r, colours.loud);
    canvas.circle((centre.0 + dice.between(-60.0, 60.0), centre.1 + 24.0), 78.0, colours.warm);
    let mut y = centre.1 - r;
    let mut gap = 4.0;
    while y < centre.1 + r {
        canvas.rect((0.0, y), (WIDTH, gap), colours.night);
        y += 22.0;
        gap += 0.85;
    }
    Lettering {
        left: 30.0,
        top: 408.0,
        width: 340.0,
        height: 136.0,
        face: Face::Italic,
        align: Align::Start,
        keep: Keep::Bottom,
        capitals: false,
        fill: colours.paper,
        largest: 68.0,
    }
}

/// The blades of a shutter.
pub(super) fn shutter(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.paper);
    let (centre, r, blades) = ((200.0, 226.0), 172.0, 7_u32);
    canvas.circle(centre, r + 10.0, colours.night);
    let open = dice.between(46.0, 74.0);
    let turn = dice.between(0.0, TAU);
    let at = |angle: f64, far: f64| (centre.0 + far * angle.cos(), centre.1 + far * angle.sin());
    for blade in 0..blades {
        let angle = turn + TAU * f64::from(blade) / f64::from(blades);
        let next = angle + TAU / f64::from(blades);
        let fill = [colours.loud, colours.calm, colours.warm][(blade % 3) as usize];
        let points = [at(angle, open), at(next, open), at(next + 0.62, r), at(next + 0.25, r), at(angle + 0.62, r)];
        canvas.polygon(&points, if blade == blades - 1 { colours.night } else { fill });
    }
    canvas.circle(centre, open * 0.55, colours.loud);
    canvas.circle((centre.0 - open * 0.16, centre.1 - open * 0.16), open * 0.16, colours.paper);
    Lettering {
        left: 28.0,
        top: 426.0,
        width: 344.0,
        height: 122.0,
        face: Face::Narrow,
        align: Align::Middle,
        keep: Keep::Centre,
        capitals: true,
        fill: colours.night,
        largest: 60.0,
    }
}

/// A sphere of printer's dots.
pub(super) fn dots(canvas: &mut Canvas, dice: &mut Dice, colours: &Palette) -> Lettering {
    canvas.ground(colours.calm);
    let light = (dice.between(120.0, 280.0), dice.between(270.0, 360.0));
    canvas.put(format_args!("<g fill=\"{}\">", colours.warm));
    for row in 0..19_u32 {
        for column in 0..13_u32 {
            let indent = if row % 2 == 0 { 0.0 } else { 16.0 };
            let dot = (f64::from(column) * 32.0 + indent, 190.0 + f64::from(row) * 24.0);
            let far = (dot.0 - light.0).hypot(dot.1 - light.1);
            let r = 15.0 - far / 19.0;
            if r > 1.2 && dot.1 < HEIGHT + 10.0 {
                canvas.put(format_args!("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>", dot.0, dot.1, short(r)));
            }
        }
    }
    canvas.put("</g>");
    canvas.circle((light.0 + 70.0, light.1 + 92.0), 56.0, colours.loud);
    canvas.rect((0.0, 0.0), (WIDTH, 184.0), colours.night);
    Lettering {
        left: 28.0,
        top: 26.0,
        width: 344.0,
        height: 136.0,
        face: Face::Grotesque,
        align: Align::Start,
        keep: Keep::Bottom,
        capitals: false,
        fill: colours.paper,
        largest: 68.0,
    }
}
