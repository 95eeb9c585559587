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
    let mut out = format!("Posters: {files} files in {}; {named} films name one.\n", folder.display());
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
    use std::{collections::BTreeMap, fs};

    use houselights_store::Access;

    use super::*;
    use crate::{
        cli,
        commands::{data, programme},
        config::Purpose,
    };

    #[tokio::test]
    async fn files_that_films_name_are_looked_for() {
        let place = tempfile::tempdir().unwrap();
        let posters = place.path().join("posters");
        let flags = [("data_dir", place.path().join("data")), ("posters_dir", posters.clone())];
        let flags = BTreeMap::from(flags.map(|(name, path)| (name, path.to_string_lossy().into_owned())));
        let config = Config::load(&flags, None, &|_| None, Purpose::Cinema).unwrap();
        let movie = |key: &str| {
            format!("{{\"key\": {key:?}, \"title\": {key:?}, \"duration_minutes\": 9, \"poster\": \"{key}.jpg\"}}")
        };
        let file = place.path().join("programme.json");
        fs::write(&file, format!("{{\"movies\": [{}, {}]}}", movie("absent"), movie("text"))).unwrap();
        let import = cli::ImportProgramme { file, data: cli::DataArgs::default() };
        programme::import(&config, &import).await.unwrap();

        let db = data::open(&config, Access::Read).await.unwrap();
        let said = in_words(&config, Some(&db)).await.unwrap();
        assert!(said.contains("cannot be read (") && said.contains("all posters are drawn"), "{said}");
        fs::create_dir(&posters).unwrap();
        fs::write(posters.join("text.jpg"), "a text").unwrap();
        let said = in_words(&config, Some(&db)).await.unwrap();
        assert!(said.contains("1 files in") && said.contains("2 films name one"), "{said}");
        assert!(
            said.contains("are drawn: absent.jpg.") && said.contains("1 cannot be shown: text.jpg (it is"),
            "{said}"
        );
        assert_eq!(in_words(&config, None).await.unwrap(), format!("Posters: in {}.\n", posters.display()));
    }

    #[test]
    fn a_few_are_named_and_the_others_counted() {
        let missing = (1..=7).map(|number| format!("{number}.jpg")).collect();
        let survey = Survey { files: 2, named: 9, missing, refused: vec![("x.png".into(), "it is a text".into())] };
        let said = told(Path::new("/srv/posters"), &survey);
        assert!(said.contains("2 files in /srv/posters; 9 films"), "{said}");
        assert!(
            said.contains("7 of the files") && said.contains("1.jpg, 2.jpg, 3.jpg, 4.jpg, 5.jpg and 2 more"),
            "{said}"
        );
        assert!(said.contains("1 cannot be shown: x.png (it is a text)"), "{said}");
        let fine = Survey { missing: Vec::new(), refused: Vec::new(), ..survey };
        assert_eq!(told(Path::new("p"), &fine).lines().count(), 1);
    }
}
