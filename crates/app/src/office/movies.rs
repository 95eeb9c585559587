//! Movies.

use houselights_domain::{
    MovieId,
    draft::{MovieDraft, NewMovie},
    films::key_of,
};
use houselights_store::cold::{
    catalogue::{self, Movie},
    movies as rows, shows,
};

use super::{Office, fault, overlap, put, same_key};
use crate::{
    error::{Error, Result},
    programme::{self, Stored, movie_draft},
};

impl Office {
    /// Adds a movie. An empty key is made from its title and year, as for lists of films.
    pub async fn add_movie(&self, mut draft: MovieDraft) -> Result<Movie> {
        if draft.key.is_empty() {
            let year = draft.release_date.as_deref().and_then(|day| day.get(..4)?.parse().ok());
            draft.key = key_of(draft.title.trim(), year);
        }
        let asked = NewMovie::check(&draft).map_err(programme::invalid)?;
        self.write(move |tx| {
            Box::pin(async move {
                if !rows::of_keys(tx, &[&asked.key]).await?.is_empty() {
                    return Err(fault("key", format!("there is a movie {:?} already", asked.key)));
                }
                let id = rows::add(tx, &asked).await?;
                Ok(Movie::of(id, &asked))
            })
        })
        .await
    }

    /// Changes a movie; a new running time moves the ends of its coming shows.
    pub async fn change_movie(
        &self,
        id: MovieId,
        change: impl FnOnce(&mut MovieDraft) + Send + 'static,
    ) -> Result<Movie> {
        let now = self.clock.now();
        self.write(move |tx| {
            Box::pin(async move {
                let row = catalogue::movie(tx, id).await?.ok_or(Error::NotFound("movie"))?;
                let mut draft = movie_draft(&row)?;
                change(&mut draft);
                same_key(&row.key, &draft.key)?;
                let asked = NewMovie::check(&draft).map_err(programme::invalid)?;
                let mut stored = Stored::default();
                stored.movies.insert(row.key.clone(), row);
                put(stored.put_movie(tx, &asked, now).await)?;
                if !stored.relengthed.is_empty()
                    && let Some(clash) = shows::clash_of_movie(tx, id, now).await?
                {
                    return Err(overlap(&clash));
                }
                Ok(Movie::of(id, &asked))
            })
        })
        .await
    }

    /// Deletes a movie that never had a show.
    pub async fn delete_movie(&self, id: MovieId) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = catalogue::movie(tx, id).await?.ok_or(Error::NotFound("movie"))?;
                let shows = rows::shows(tx, id).await?;
                if shows > 0 {
                    let reason =
                        format!("movie {:?} has {shows} shows, past ones included; delete them first", row.title);
                    return Err(Error::Conflict(reason));
                }
                Ok(rows::delete(tx, id).await?)
            })
        })
        .await
    }
}
