//! The folder of posters: which files are there, and reading one of them.

use std::{
    collections::HashMap,
    fmt,
    fs::{self, File, Metadata},
    io::{self, Read as _},
    path::Path,
    time::UNIX_EPOCH,
};

use super::Fault;

/// Endings of the files that are taken for pictures, in any case.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];
/// The most files of the folder that are known; a cinema has hundreds.
const MOST_FILES: usize = 20_000;
/// The largest file that is read, in bytes.
const MOST_BYTES: u64 = 32 << 20;
/// Grows when pictures come to be made in another way, so that those which browsers have kept are fetched anew.
const VERSION: u8 = 1;

/// Tells a file from what it was before it was replaced. Copies that keep the time of the original have the same mark,
/// so that all nodes write the same addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mark {
    /// Nanoseconds from 1970 to the last change.
    modified: u128,
    /// Bytes.
    length: u64,
}

impl Mark {
    /// A made-up mark.
    pub const fn sample() -> Self {
        Self { modified: 0xa11d, length: 0xb0b }
    }

    fn of(metadata: &Metadata) -> io::Result<Self> {
        let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        Ok(Self { modified, length: metadata.len() })
    }
}

/// As it stands in an address.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}-{:x}-{:x}", self.modified, self.length)
    }
}

/// All pictures of the folder by name. What cannot be looked at is left out: it may be gone since.
pub(super) fn list(folder: &Path) -> io::Result<HashMap<String, Mark>> {
    let mut found = HashMap::new();
    for entry in fs::read_dir(folder)? {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if !ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)) {
            continue;
        }
        // Not the entry's own: a link stands for what it leads to.
        let metadata = fs::metadata(folder.join(&name)).ok().filter(Metadata::is_file);
        if let Some(mark) = metadata.and_then(|metadata| Mark::of(&metadata).ok()) {
            _ = found.insert(name, mark);
        }
        if found.len() == MOST_FILES {
            break;
        }
    }
    Ok(found)
}

/// The bytes of a file, if it is the one of this mark from the first byte to the last.
pub(super) fn read(file: &Path, mark: Mark) -> Result<Vec<u8>, Fault> {
    if mark.length > MOST_BYTES {
        let (length, most) = (mark.length >> 20, MOST_BYTES >> 20);
        return Err(Fault::NoPicture(format!("it has {length} MiB, and at most {most} are read")));
    }
    let mut file = File::open(file)?;
    let mut bytes = Vec::with_capacity(usize::try_from(mark.length).unwrap_or(0));
    _ = (&mut file).take(mark.length + 1).read_to_end(&mut bytes)?;
    let after = Mark::of(&file.metadata()?)?;
    if after == mark && bytes.len() as u64 == mark.length { Ok(bytes) } else { Err(Fault::Changed) }
}
