//! Movies, as staff, programme files and lists of films change them. They are read in [`super::catalogue`].

use houselights_domain::{MovieId, draft::NewMovie};

use super::{catalogue::Movie, turns::ProgrammeTurn};
use crate::{
    error::{Error, Result},
    exec::Query,
    params,
    value::{FromRow, Row},
};

impl FromRow for MovieId {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next()
    }
}

impl Movie {
    /// The row that a movie is stored as.
    pub fn of(id: MovieId, asked: &NewMovie) -> Self {
        Self {
            id,
            key: asked.key.clone(),
            title: asked.title.clone(),
            duration_minutes: i64::from(asked.duration_minutes),
            release_date: asked.release_date.map(|day| day.to_string()),
            certificate: asked.certificate.clone(),
            languages: asked.languages.clone(),
            genres: asked.genres.clone(),
            synopsis: asked.synopsis.clone().unwrap_or_default(),
            poster: asked.poster.clone(),
        }
    }

    /// The stored movie as what was asked for, to compare it with what is asked for now.
    pub fn as_asked(&self) -> Result<NewMovie> {
        let broken = |what: &str| Error::Corrupt(format!("movie {} has {what}", self.id));
        let day = |text: &String| text.parse().map_err(|_| broken("an unreadable day of release"));
        Ok(NewMovie {
            key: self.key.clone(),
            title: self.title.clone(),
            duration_minutes: u32::try_from(self.duration_minutes).map_err(|_| broken("no running time"))?,
            certificate: self.certificate.clone(),
            languages: self.languages.clone(),
            genres: self.genres.clone(),
            synopsis: Some(self.synopsis.clone()).filter(|text| !text.is_empty()),
            poster: self.poster.clone(),
            release_date: self.release_date.as_ref().map(day).transpose()?,
        })
    }
}

/// The movies of these keys that there are.
pub async fn of_keys(db: &impl Query, keys: &[&str]) -> Result<Vec<Movie>> {
    let mut found = Vec::new();
    for chunk in super::in_64(keys) {
        let part: Vec<Movie> = db
            .all(
                concat!(
                    "SELECT id, key, title, duration_minutes, release_date, certificate, languages, genres, synopsis, poster
                     FROM movies WHERE key IN (",
                    super::sixty_four!(),
                    ")"
                ),
                chunk,
            )
            .await?;
        found.extend(part);
    }
    Ok(found)
}

fn list(labels: &[String]) -> Result<String> {
    serde_json::to_string(labels).map_err(|error| Error::Bug(error.to_string()))
}

/// Adds a movie.
pub async fn add(tx: &ProgrammeTurn<'_>, movie: &NewMovie) -> Result<MovieId> {
    let added = tx.first(
        "INSERT INTO movies (key, title, duration_minutes, release_date, certificate, languages, genres, synopsis, poster)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        params![
            &movie.key,
            &movie.title,
            movie.duration_minutes,
            movie.release_date.map(|day| day.to_string()),
            movie.certificate.as_ref(),
            list(&movie.languages)?,
            list(&movie.genres)?,
            movie.synopsis.as_deref().unwrap_or_default(),
            movie.poster.as_ref()
        ],
    );
    super::returned(added.await?)
}

/// Changes everything but the key; shows are [`super::shows::relength`]'s question.
pub async fn change(tx: &ProgrammeTurn<'_>, id: MovieId, movie: &NewMovie) -> Result<()> {
    tx.rows(
        "UPDATE movies SET title = $2, duration_minutes = $3, release_date = $4, certificate = $5, languages = $6,
                           genres = $7, synopsis = $8, poster = $9 WHERE id = $1",
        params![
            id,
            &movie.title,
            movie.duration_minutes,
            movie.release_date.map(|day| day.to_string()),
            movie.certificate.as_ref(),
            list(&movie.languages)?,
            list(&movie.genres)?,
            movie.synopsis.as_deref().unwrap_or_default(),
            movie.poster.as_ref()
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a movie; [`Error::InUse`] while it has shows.
pub async fn delete(tx: &ProgrammeTurn<'_>, id: MovieId) -> Result<()> {
    tx.rows("DELETE FROM movies WHERE id = $1", params![id]).await?;
    Ok(())
}

/// How many shows it has, past ones too.
pub async fn shows(db: &impl Query, id: MovieId) -> Result<i64> {
    super::counted(db.first("SELECT count(*) FROM shows WHERE movie_id = $1", params![id]).await?)
}
