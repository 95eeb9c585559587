//! How shows look to staff.

use std::collections::{BTreeMap, btree_map::Entry};

use houselights_app::office::StoredShow;
use houselights_domain::{ShowId, UtcMicros};
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    problem::{Problem, Result},
    site::Site,
};

/// A number, or a key.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents a field that is read as text")]
pub(in crate::api::staff) enum NumberOrKey {
    Number(i64),
    Key(String),
}

/// A show as it is added. A text of digits alone is a number, not a key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
pub(in crate::api::staff) struct ShowBody {
    /// Names it for ever in programme files; made from screen and time if it is left out.
    #[schema(example = "s1")]
    key: Option<String>,
    /// The movie's number or key.
    #[schema(example = "m1")]
    movie: NumberOrKey,
    /// The screen's number, or its cinema's key and its own.
    #[schema(example = "rex/1")]
    screen: NumberOrKey,
    /// RFC 3339, or the cinema's local time without an offset.
    #[schema(example = "2027-01-01T19:30:00")]
    starts_at: String,
    #[schema(example = "2D")]
    format: Option<String>,
    #[schema(example = "de")]
    audio: Option<String>,
    #[schema(example = "en")]
    subtitles: Option<String>,
    /// Minor units by kind of seat; empty: the show is free.
    #[schema(example = json!({"standard": 1200, "premium": 1500}))]
    prices: Option<BTreeMap<String, i64>>,
    /// As `starts_at`; left out: at once.
    sales_open_at: Option<String>,
    /// As `starts_at`; left out: 15 minutes after the start.
    sales_close_at: Option<String>,
}

/// What changes of a show; `null` clears what may be absent.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
pub(super) struct ShowPatch {
    #[schema(nullable = false)]
    movie: Option<NumberOrKey>,
    #[schema(nullable = false)]
    screen: Option<NumberOrKey>,
    #[schema(nullable = false)]
    starts_at: Option<String>,
    format: Option<String>,
    audio: Option<String>,
    subtitles: Option<String>,
    prices: Option<BTreeMap<String, i64>>,
    sales_open_at: Option<String>,
    sales_close_at: Option<String>,
}

/// A show as it is kept. Times are in the cinema's zone.
#[derive(Serialize, ToSchema)]
pub(super) struct StaffShow {
    #[schema(example = 7)]
    id: i64,
    #[schema(example = "s1")]
    key: String,
    /// The movie's number.
    #[schema(example = 1)]
    movie: i64,
    #[schema(example = "m1")]
    movie_key: String,
    /// The screen's number.
    #[schema(example = 1)]
    screen: i64,
    /// The cinema's key and the screen's.
    #[schema(example = "rex/1")]
    screen_path: String,
    #[schema(format = DateTime, example = "2027-01-01T19:30:00+00:00")]
    starts_at: String,
    /// When the film ends.
    #[schema(format = DateTime, example = "2027-01-01T22:03:00+00:00")]
    ends_at: String,
    /// When the screen is clean again.
    #[schema(format = DateTime, example = "2027-01-01T22:18:00+00:00")]
    clear_at: String,
    #[schema(example = "Europe/London")]
    timezone: String,
    #[schema(example = "2D")]
    format: Option<String>,
    #[schema(example = "de")]
    audio: Option<String>,
    #[schema(example = "en")]
    subtitles: Option<String>,
    /// Minor units by kind of seat; empty: the show is free.
    #[schema(example = json!({"standard": 1200, "premium": 1500}))]
    prices: BTreeMap<String, i64>,
    #[schema(example = "GBP")]
    currency: String,
    /// `null`: at once.
    #[schema(format = DateTime)]
    sales_open_at: Option<String>,
    #[schema(format = DateTime, example = "2027-01-01T19:45:00+00:00")]
    sales_close_at: String,
    /// The number of its layout.
    #[schema(example = 1)]
    layout_id: i64,
    /// Which version of the screen's layout that is.
    #[schema(example = 1)]
    layout_version: i64,
    #[schema(example = 120)]
    total_seats: u32,
    /// Seats that are sold or held now.
    #[schema(example = 33)]
    live_tickets: u32,
    called_off: bool,
    /// Grows with every change.
    #[schema(example = 1)]
    revision: i64,
}

impl StaffShow {
    /// Shows with their tickets of this moment.
    pub(super) async fn all(site: &Site, shows: Vec<StoredShow>) -> Result<Vec<Self>> {
        let now = site.app.clock.now();
        let ids: Vec<ShowId> = shows.iter().map(|show| show.id).collect();
        let live = site.app.bookings.seats(&ids, |seats| seats.taken(now)).await?;
        let mut versions = BTreeMap::new();
        for show in &shows {
            if let Entry::Vacant(unknown) = versions.entry(show.fields.layout) {
                unknown.insert(site.app.office.layout(show.fields.layout).await?.version);
            }
        }
        let view = |(show, live): (StoredShow, u32)| {
            let version = versions.get(&show.fields.layout).copied().unwrap_or_default();
            Self::of(show, version, live)
        };
        shows.into_iter().zip(live).map(view).collect()
    }

    pub(super) async fn one(site: &Site, show: StoredShow) -> Result<Self> {
        Self::all(site, vec![show]).await?.pop().ok_or_else(|| Problem::internal("a show without a view"))
    }

    /// A show that has just been changed: if it cannot be looked at now, the change stands all the same.
    pub(super) async fn changed(site: &Site, show: StoredShow) -> Result<Self> {
        let id = show.id;
        Self::one(site, show).await.map_err(|unread| unread.after_change(format_args!("Show {id}")))
    }

    fn of(show: StoredShow, layout_version: i64, live_tickets: u32) -> Result<Self> {
        let broken = |what: &str| Problem::internal(format!("show {} has {what}", show.id));
        let zone = TimeZone::get(&show.timezone).map_err(|_| broken("an unknown time zone"))?;
        let prices = serde_json::from_str(&show.fields.prices).map_err(|_| broken("an unreadable price list"))?;
        let fields = show.fields;
        let opens = (fields.sales_open_at != UtcMicros::BEGINNING).then(|| fields.sales_open_at.rfc3339_in(&zone));
        Ok(Self {
            id: show.id.0,
            key: show.key,
            movie: fields.movie.0,
            movie_key: show.movie_key,
            screen: fields.screen.0,
            screen_path: format!("{}/{}", show.cinema_key, show.screen_key),
            starts_at: fields.starts_at.rfc3339_in(&zone),
            ends_at: fields.ends_at.rfc3339_in(&zone),
            clear_at: fields.clear_at.rfc3339_in(&zone),
            timezone: show.timezone,
            format: fields.format,
            audio: fields.audio,
            subtitles: fields.subtitles,
            prices,
            currency: show.currency,
            sales_open_at: opens,
            sales_close_at: fields.sales_close_at.rfc3339_in(&zone),
            layout_id: fields.layout.0,
            layout_version,
            total_seats: fields.total_seats,
            live_tickets,
            called_off: show.called_off,
            revision: show.revision,
        })
    }
}
