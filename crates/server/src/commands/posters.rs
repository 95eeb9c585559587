//! What `check` says of the films' posters.

use std::{fmt::Write as _, path::Path};

use houselights_app::posters::{self, Survey};
use houselights_store::Db;

use crate::{config::Config, failure::Result};

/// How many files are named.
const MOST_NAMED: usize = 5;

/// Whether the folder can be read and, where there is a database, what became of the files that films name. None of it
/// keeps a server from its work: there is a drawn poster for every film.
pub(super) async fn in_words(config: &Config, db: Option<&Db>) -> Result<String> {
    let Some(folder) = &config.pages.posters.folder else {
        return Ok("Posters: all drawn, since there is no posters_dir.\n".into());
    };
    let surveyed = match db {
        Some(db) => posters::survey(db, folder).await?,
        None => std::fs::read_dir(folder).map(|_| Survey::default()),
    };
    Ok(match surveyed {
        Err(error) => format!(
            "Posters: {} cannot be read ({error}), so all posters are drawn: make the folder, or let the server's user \
             read it.\n",
            folder.display()
        ),
        Ok(_) if db.is_none() => format!("Posters: in {}.\n", folder.display()),
        Ok(survey) => told(folder, &survey),
    })
}

fn told(folder: &Path, survey: &Survey) -> String {
    let Survey { files, named, missing, refused } = survey;
    let mut out = format!("Posters: {files} pictures in {}; {named} films name one.\n", folder.display());
    if !missing.is_empty() {
        let _infallible = writeln!(
            out,
            "  {} of the files that films name are not there, or do not end in .jpg, .jpeg, .png or .webp; those posters \
             are drawn: {}.",
            missing.len(),
            a_few(missing.iter().cloned())
        );
    }
    if !refused.is_empty() {
        let reasons = refused.iter().map(|(name, reason)| format!("{name} ({reason})"));
        let _infallible = writeln!(out, "  {} cannot be shown: {}.", refused.len(), a_few(reasons));
    }
    out
}

fn a_few(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let few: Vec<String> = names.take(MOST_NAMED).collect();
    let and_more = if more > 0 { format!(" and {more} more") } else { String::new() };
    few.join(", ") + &and_more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_named_and_the_others_counted() {
        let missing = (1..=7).map(|number| format!("{number}.jpg")).collect();
        let survey = Survey { files: 2, named: 9, missing, refused: vec![("x.png".into(), "it is a text".into())] };
        let said = told(Path::new("/srv/posters"), &survey);
        assert!(said.contains("2 pictures in /srv/posters; 9 films"), "{said}");
        assert!(
            said.contains("7 of the files") && said.contains("1.jpg, 2.jpg, 3.jpg, 4.jpg, 5.jpg and 2 more"),
            "{said}"
        );
        assert!(said.contains("1 cannot be shown: x.png (it is a text)"), "{said}");
        let fine = Survey { missing: Vec::new(), refused: Vec::new(), ..survey };
        assert_eq!(told(Path::new("p"), &fine).lines().count(), 1);
    }
}
