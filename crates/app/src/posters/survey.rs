//! What an operator wants to know of the folder of posters before the visitors do.

use std::path::Path;

use houselights_domain::{MovieId, UtcMicros};
use houselights_store::Db;

use super::{folder, sizes};
use crate::{
    catalogue::{Movie, MovieFilter},
    error::Result,
};

/// Films asked for at a time.
const PIECE: i64 = 500;

/// What became of the films' posters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Pictures in the folder.
    pub files: usize,
    /// Films that name a file.
    pub named: usize,
    /// Files that films name and that are not there.
    pub missing: Vec<String>,
    /// Files that films name and that are no pictures, and why.
    pub refused: Vec<(String, String)>,
}

/// Looks for every film's poster. The error of the outer kind is the database's, that of the inner one the folder's.
pub async fn survey(db: &Db, folder: &Path) -> Result<std::io::Result<Survey>> {
    let files = match folder::list(folder) {
        Ok(files) => files,
        Err(error) => return Ok(Err(error)),
    };
    let mut survey = Survey { files: files.len(), ..Survey::default() };
    let mut names = std::collections::BTreeSet::new();
    let mut after = MovieId(0);
    loop {
        let movies = piece(db, after).await?;
        let Some(last) = movies.last() else { break };
        after = last.id;
        let posters = movies.into_iter().filter_map(|movie| movie.poster);
        names.extend(posters.inspect(|_| survey.named += 1));
    }
    for name in names {
        let Some(mark) = files.get(&name) else {
            survey.missing.push(name);
            continue;
        };
        let file = folder::read(&folder.join(&name), *mark).map_err(|fault| fault.to_string());
        if let Err(reason) = file.and_then(|file| sizes::check(&file)) {
            survey.refused.push((name, reason));
        }
    }
    Ok(Ok(survey))
}

async fn piece(db: &Db, after: MovieId) -> Result<Vec<Movie>> {
    let filter = MovieFilter {
        search: String::new(),
        from: UtcMicros(0),
        to: UtcMicros::NEVER,
        bounded: false,
        after,
        limit: PIECE,
    };
    Ok(houselights_store::cold::catalogue::movies(db, filter).await?)
}
