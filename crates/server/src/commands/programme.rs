//! `import` and `export`: programmes and lists of films.

use std::{fs, path::Path};

use houselights_app::{
    Error,
    clock::SystemClock,
    programme::{self, Counts, ImportReport, ListFormat, MoviesReport},
};
use houselights_domain::{films::Mapping, problem::Problem};
use houselights_store::Access;
use indicatif::ProgressBar;

use super::{data::open, safekeeping::progress_bar};
use crate::{
    cli,
    config::Config,
    failure::{Failure, Result},
    print,
};

/// `import programme FILE`: all of it, or nothing.
pub(crate) async fn import(config: &Config, args: &cli::ImportProgramme) -> Result {
    let text = fs::read_to_string(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    let db = open(config, Access::Maintain).await?;
    let bar = progress_bar("parts");
    let imported = programme::import(&db, &SystemClock, text, &mut |done, total| advance(&bar, done, total)).await;
    bar.finish_and_clear();
    let report = told(&args.file, imported)?;
    Ok(print::out(&summary(&report))?)
}

/// `import movies FILE`: rows that cannot be taken are told, the others go in.
pub(crate) async fn import_movies(config: &Config, args: &cli::ImportMovies) -> Result {
    let mapping = Mapping::parse(&args.map, &args.default).map_err(|problems| {
        let words: Vec<String> = problems.iter().map(Problem::to_string).collect();
        Failure::Usage(words.join("; "))
    })?;
    let size = fs::metadata(&args.file).map_err(|error| unreadable(&args.file, &error))?.len();
    if size > programme::MAX_LIST_BYTES as u64 {
        let most = programme::MAX_LIST_BYTES;
        return Err(Failure::new(format!("{} has {size} bytes; at most {most} are read", args.file.display())));
    }
    let list = fs::read(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    let format = match args.format {
        Some(cli::Format::Json) => ListFormat::Json,
        Some(cli::Format::Csv) => ListFormat::Csv,
        None => ListFormat::of(&args.file),
    };
    let db = open(config, Access::Maintain).await?;
    let bar = progress_bar("films");
    let imported =
        programme::import_movies(&db, list, format, &mapping, &mut |done, total| advance(&bar, done, total)).await;
    bar.finish_and_clear();
    let MoviesReport { added, unchanged, refused } = told(&args.file, imported)?;
    for (row, problems) in &refused {
        let words: Vec<String> = problems.iter().map(Problem::to_string).collect();
        print::note(&format!("row {row}: {}", words.join("; ")));
    }
    print::out(&format!("Films: {added} new, {unchanged} there before, {} refused.\n", refused.len()))?;
    let nothing = added == 0 && unchanged == 0 && !refused.is_empty();
    if nothing { Err(Failure::new("no row could be taken: see the reasons above")) } else { Ok(()) }
}

/// `export programme [FILE]`.
pub(crate) async fn export(config: &Config, args: &cli::ExportProgramme) -> Result {
    let db = open(config, Access::Read).await?;
    let text = programme::export(&db).await?;
    match &args.file {
        None => Ok(print::out(&text)?),
        Some(file) => fs::write(file, text)
            .map_err(|error| Failure::new(format!("{} cannot be written: {error}", file.display()))),
    }
}

/// What is wrong with the file goes to standard error, a line each.
fn told<T>(file: &Path, imported: houselights_app::Result<T>) -> Result<T> {
    match imported {
        Err(Error::Invalid(problems)) => {
            for (path, reason) in &problems {
                let place = if path.is_empty() { String::new() } else { format!("{path}: ") };
                print::note(&format!("{}: {place}{reason}", file.display()));
            }
            print::note(&format!("houselights: nothing was taken in ({} problems)", problems.len()));
            Err(Failure::Told)
        }
        other => Ok(other?),
    }
}

fn advance(bar: &ProgressBar, done: usize, total: usize) {
    bar.set_length(total as u64);
    bar.set_position(done as u64);
}

fn summary(report: &ImportReport) -> String {
    let line = |what: &str, counts: Counts| {
        format!("{what}: {} new, {} changed, {} as they were.\n", counts.created, counts.changed, counts.unchanged)
    };
    [
        line("Cinemas", report.cinemas),
        line("Screens", report.screens),
        line("Films", report.movies),
        line("Shows", report.shows),
    ]
    .concat()
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be read: {error}", file.display()))
}
