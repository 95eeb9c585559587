//! The demo's cinemas: three cities, three currencies, halls of different shapes.

use houselights_domain::{
    draft::{CinemaDraft, ScreenDraft},
    layout::RowPlan,
};

/// Screens of a dozen seats.
pub(super) const LOUNGES: [&str; 2] = ["rex/3", "astra/3"];

/// All cinemas. Their keys, and their screens', stay what they are: the shows of other days refer to them.
pub(super) fn cinemas() -> Vec<CinemaDraft> {
    let cinema = |key: &str, name: &str, timezone: &str, currency: &str, screens| CinemaDraft {
        key: key.into(),
        name: name.into(),
        timezone: timezone.into(),
        currency: currency.into(),
        screens,
    };
    vec![
        cinema(
            "rex",
            "Rex, London",
            "Europe/London",
            "GBP",
            vec![middle("1", "Screen 1"), grand("2", "Grand Hall"), lounge("3", "Lounge"), plain("4", "Studio", 60)],
        ),
        cinema(
            "astra",
            "Astra, Berlin",
            "Europe/Berlin",
            "EUR",
            vec![grand("1", "Großer Saal"), middle("2", "Saal 2"), lounge("3", "Salon")],
        ),
        cinema(
            "orpheum",
            "Orpheum, New York",
            "America/New_York",
            "USD",
            vec![middle("1", "Auditorium 1"), plain("2", "Auditorium 2", 80)],
        ),
    ]
}

fn screen(key: &str, name: &str, cleaning: i64, rows: Vec<RowPlan>) -> ScreenDraft {
    ScreenDraft {
        key: key.into(),
        name: name.into(),
        cleaning_minutes: Some(cleaning),
        layout: Some(rows),
        seats: None,
    }
}

fn rows<'a>(rows: impl IntoIterator<Item = (char, &'a str)>) -> Vec<RowPlan> {
    rows.into_iter().map(|(row, seats)| RowPlan { row: row.to_string(), seats: seats.into() }).collect()
}

/// 12 seats, sofas behind.
fn lounge(key: &str, name: &str) -> ScreenDraft {
    screen(key, name, 20, rows([('A', "_pp_pp_"), ('B', "()_()_"), ('C', "()_()_")]))
}

/// 120 seats with two aisles; wheelchair spaces with companions' seats in front.
fn middle(key: &str, name: &str) -> ScreenDraft {
    let standard = "sss_ssssss_sss";
    let premium = "ppp_pppppp_ppp";
    let front = [('A', "wc_ssssssss_cw")];
    let body = ('B'..='G').map(|row| (row, standard));
    let best = ('H'..='I').map(|row| (row, premium));
    screen(key, name, 15, rows(front.into_iter().chain(body).chain(best).chain([('J', "sss_ss()ss_sss")])))
}

/// 320 seats: premium rows in the middle, a cross aisle behind them, and places that are never sold, from which the picture cannot be seen.
fn grand(key: &str, name: &str) -> ScreenDraft {
    let front = [('A', "xxx_wcsssssssssscw_xxx")];
    let body = ('B'..='J').map(|row| (row, "ssss_ssssssssssss_ssss"));
    let best = ('K'..='M').map(|row| (row, "ssss_pppppppppppp_ssss"));
    let back = ('N'..='P').map(|row| (row, "ssssssssssssssssssssss"));
    screen(key, name, 20, rows(front.into_iter().chain(body).chain(best).chain(back)))
}

fn plain(key: &str, name: &str, seats: i64) -> ScreenDraft {
    ScreenDraft { key: key.into(), name: name.into(), cleaning_minutes: Some(15), layout: None, seats: Some(seats) }
}
