//! Shows.

use houselights_domain::{
    ShowId, UtcMicros,
    draft::ShowDraft,
    problem::quoted,
    programme::{CheckedProgramme, Programme},
};
use houselights_store::cold::{
    shows::{self as rows, StoredShow},
    turns::ProgrammeTurn,
};

use super::{Office, fault, overlap, put, same_key};
use crate::{
    error::{Error, Result},
    programme::{Change, Stored, show_draft},
};

impl Office {
    /// Shows by number, after `after`.
    pub async fn shows(&self, after: ShowId, limit: u32) -> Result<Vec<StoredShow>> {
        Ok(rows::page(&self.db, after, i64::from(limit)).await?)
    }

    /// One show.
    pub async fn show(&self, id: ShowId) -> Result<StoredShow> {
        rows::one(&self.db, id).await?.ok_or(Error::NotFound("show"))
    }

    /// Adds a show. An empty key is made from its screen and its beginning.
    pub async fn add_show(&self, mut draft: ShowDraft) -> Result<StoredShow> {
        if draft.key.is_empty() {
            draft.key = format!("{}@{}", draft.screen, draft.starts_at.trim());
        }
        let now = self.clock.now();
        self.write(move |tx| {
            Box::pin(async move {
                if !rows::of_keys(tx, &[&draft.key]).await?.is_empty() {
                    return Err(fault("key", format!("there is a show {} already", quoted(&draft.key))));
                }
                put_show(tx, draft, now).await
            })
        })
        .await
    }

    /// Changes a show; what people hold live tickets for stays where and when it is.
    pub async fn change_show(
        &self,
        id: ShowId,
        change: impl FnOnce(&mut ShowDraft) + Send + 'static,
    ) -> Result<StoredShow> {
        let now = self.clock.now();
        self.write(move |tx| {
            Box::pin(async move {
                let row = rows::one(tx, id).await?.ok_or(Error::NotFound("show"))?;
                let mut draft = show_draft(&row)?;
                change(&mut draft);
                same_key(&row.key, &draft.key)?;
                put_show(tx, draft, now).await
            })
        })
        .await
    }

    /// Calls a show off: nothing more is sold for it, and its screen is free for another. It cannot be undone.
    pub async fn call_off(&self, id: ShowId) -> Result<StoredShow> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = rows::one(tx, id).await?.ok_or(Error::NotFound("show"))?;
                if !row.called_off {
                    rows::call_off(tx, id).await?;
                }
                rows::one(tx, id).await?.ok_or(Error::NotFound("show"))
            })
        })
        .await
    }

    /// Deletes a show of which no seat was ever claimed.
    pub async fn delete_show(&self, id: ShowId) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = rows::one(tx, id).await?.ok_or(Error::NotFound("show"))?;
                rows::lock(tx, id).await?;
                if rows::has_history(tx, id).await? {
                    let reason = format!(
                        "seats of show {} were sold or held, and the books need it; call it off instead",
                        quoted(&row.key)
                    );
                    return Err(Error::Conflict(reason));
                }
                Ok(rows::delete(tx, id).await?)
            })
        })
        .await
    }
}

/// A show by itself is a programme with one show; the problems' paths lose the `shows[0].` that staff never wrote.
async fn put_show(tx: &ProgrammeTurn<'_>, draft: ShowDraft, now: UtcMicros) -> Result<StoredShow> {
    let file = Programme { shows: vec![draft], ..Programme::default() };
    let mut stored = Stored::for_file(tx, &file).await?;
    let checked = file.check(&stored.known()?).map_err(|problems| {
        let own = |path: &str| path.strip_prefix("shows[0].").unwrap_or(path).to_owned();
        Error::Invalid(problems.into_iter().map(|problem| (own(&problem.path), problem.reason)).collect())
    })?;
    let CheckedProgramme { shows, .. } = checked;
    let [show] = shows.as_slice() else { return Err(Error::Bug("one show was checked, not one came out".into())) };
    let (change, id) = put(stored.put_show(tx, show, now).await)?;
    if change != Change::Unchanged
        && let Some(clash) = rows::clash_of(tx, id).await?
    {
        return Err(overlap(&clash));
    }
    rows::one(tx, id).await?.ok_or(Error::NotFound("show"))
}
