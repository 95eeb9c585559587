//! Cinemas, screens and their layouts.

use houselights_domain::{
    CinemaId, LayoutId, ScreenId, UtcMicros,
    draft::{CinemaDraft, NewCinema, NewScreen, ScreenDraft},
};
use houselights_store::cold::{
    cinemas::{self as rows, CinemaRow},
    screens::{self as screen_rows, LayoutVersion, ScreenRow},
    shows,
    turns::ProgrammeTurn,
};

use super::{Office, fault, overlap, put, same_key};
use crate::{
    error::{Error, Result},
    programme::{self, Stored, TicketsMay, cinema_draft, screen_draft},
};

impl Office {
    /// Cinemas by number, after `after`.
    pub async fn cinemas(&self, after: CinemaId, limit: u32) -> Result<Vec<CinemaRow>> {
        Ok(rows::page(&self.db, after, i64::from(limit)).await?)
    }

    /// One cinema.
    pub async fn cinema(&self, id: CinemaId) -> Result<CinemaRow> {
        rows::one(&self.db, id).await?.ok_or(Error::NotFound("cinema"))
    }

    /// Opens a cinema with its screens, if it has any.
    pub async fn add_cinema(&self, draft: CinemaDraft) -> Result<CinemaRow> {
        let asked = NewCinema::check(&draft).map_err(programme::invalid)?;
        let now = self.clock.now();
        self.write(move |tx| {
            Box::pin(async move {
                let mut stored = Stored::places(tx).await?;
                if stored.cinemas.contains_key(&asked.key) {
                    return Err(fault("key", format!("there is a cinema {:?} already", asked.key)));
                }
                put(stored.put_cinema(tx, &asked).await)?;
                for screen in &asked.screens {
                    put(stored.put_screen(tx, &asked.key, screen, TicketsMay::KeepTheirLayout, now).await)?;
                }
                stored.cinemas.remove(&asked.key).ok_or(Error::NotFound("cinema"))
            })
        })
        .await
    }

    /// Changes a cinema's fields; its screens are changed one by one.
    pub async fn change_cinema(
        &self,
        id: CinemaId,
        change: impl FnOnce(&mut CinemaDraft) + Send + 'static,
    ) -> Result<CinemaRow> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = rows::one(tx, id).await?.ok_or(Error::NotFound("cinema"))?;
                let mut draft = cinema_draft(row.clone());
                change(&mut draft);
                same_key(&row.key, &draft.key)?;
                draft.screens.clear();
                let asked = NewCinema::check(&draft).map_err(programme::invalid)?;
                let mut stored = Stored::places(tx).await?;
                put(stored.put_cinema(tx, &asked).await)?;
                stored.cinemas.remove(&asked.key).ok_or(Error::NotFound("cinema"))
            })
        })
        .await
    }

    /// Closes a cinema that has no screens.
    pub async fn delete_cinema(&self, id: CinemaId) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = rows::one(tx, id).await?.ok_or(Error::NotFound("cinema"))?;
                let screens = rows::screens(tx, id).await?;
                if screens > 0 {
                    let reason = format!("cinema {:?} has {screens} screens; delete them first", row.key);
                    return Err(Error::Conflict(reason));
                }
                Ok(rows::delete(tx, id).await?)
            })
        })
        .await
    }

    /// Screens by number, after `after`.
    pub async fn screens(&self, after: ScreenId, limit: u32) -> Result<Vec<ScreenRow>> {
        Ok(screen_rows::page(&self.db, after, i64::from(limit)).await?)
    }

    /// One screen.
    pub async fn screen(&self, id: ScreenId) -> Result<ScreenRow> {
        screen_rows::one(&self.db, id).await?.ok_or(Error::NotFound("screen"))
    }

    /// Adds a screen to a cinema.
    pub async fn add_screen(&self, cinema: CinemaId, draft: ScreenDraft) -> Result<ScreenRow> {
        let asked = NewScreen::check(&draft).map_err(programme::invalid)?;
        let now = self.clock.now();
        self.write(move |tx| {
            Box::pin(async move {
                let cinema = rows::one(tx, cinema).await?;
                let cinema = cinema.ok_or_else(|| fault("cinema", "there is no such cinema"))?;
                let stored = Stored::places(tx).await?;
                if stored.screens.values().any(|screen| screen.cinema == cinema.id && screen.key == asked.key) {
                    return Err(fault("key", format!("there is a screen {:?} in this cinema already", asked.key)));
                }
                put_screen(tx, stored, &cinema.key, &asked, now).await
            })
        })
        .await
    }

    /// Changes a screen. A new layout is a new version of it: shows with live tickets keep the one they have, the
    /// other coming shows get the new one.
    pub async fn change_screen(
        &self,
        id: ScreenId,
        change: impl FnOnce(&mut ScreenDraft) + Send + 'static,
    ) -> Result<ScreenRow> {
        let now = self.clock.now();
        self.write(move |tx| {
            Box::pin(async move {
                let row = screen_rows::one(tx, id).await?.ok_or(Error::NotFound("screen"))?;
                let mut draft = screen_draft(row.clone())?;
                change(&mut draft);
                same_key(&row.key, &draft.key)?;
                let asked = NewScreen::check(&draft).map_err(programme::invalid)?;
                put_screen(tx, Stored::places(tx).await?, &row.cinema_key, &asked, now).await
            })
        })
        .await
    }

    /// Deletes a screen that never had a show.
    pub async fn delete_screen(&self, id: ScreenId) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = screen_rows::one(tx, id).await?.ok_or(Error::NotFound("screen"))?;
                let shows = screen_rows::shows(tx, id).await?;
                if shows > 0 {
                    let reason = format!(
                        "screen {:?} has {shows} shows, past ones included; move or delete them first",
                        format!("{}/{}", row.cinema_key, row.key)
                    );
                    return Err(Error::Conflict(reason));
                }
                Ok(screen_rows::delete(tx, id).await?)
            })
        })
        .await
    }

    /// Versions of layouts by number, after `after`.
    pub async fn layouts(&self, after: LayoutId, limit: u32) -> Result<Vec<LayoutVersion>> {
        Ok(screen_rows::layouts(&self.db, after, i64::from(limit)).await?)
    }

    /// Versions of one screen's layout by number, after `after`.
    pub async fn layouts_of(&self, screen: ScreenId, after: LayoutId, limit: u32) -> Result<Vec<LayoutVersion>> {
        self.screen(screen).await?;
        Ok(screen_rows::layouts_of(&self.db, screen, after, i64::from(limit)).await?)
    }

    /// One version of a layout.
    pub async fn layout(&self, id: LayoutId) -> Result<LayoutVersion> {
        screen_rows::layout(&self.db, id).await?.ok_or(Error::NotFound("layout"))
    }
}

async fn put_screen(
    tx: &ProgrammeTurn<'_>,
    mut stored: Stored,
    cinema: &str,
    asked: &NewScreen,
    now: UtcMicros,
) -> Result<ScreenRow> {
    put(stored.put_screen(tx, cinema, asked, TicketsMay::KeepTheirLayout, now).await)?;
    for id in std::mem::take(&mut stored.recleaned) {
        if let Some(clash) = shows::clash_on_screen(tx, id, now).await? {
            return Err(overlap(&clash));
        }
    }
    let row = stored.screens.into_values().find(|row| row.cinema_key == cinema && row.key == asked.key);
    row.ok_or(Error::NotFound("screen"))
}
