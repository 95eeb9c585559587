//! The folder of a cluster and the account that owns it: PostgreSQL refuses to run as root.

use std::{
    env,
    ffi::OsStr,
    fs, io,
    net::{Ipv4Addr, TcpListener},
    os::unix::{
        fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::Result;

/// Below the ports that are given to outgoing connections, so that a cluster finds its own again after a stop.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Who owns a cluster when the tests run as root, the first that exists.
const OWNERS: [&str; 2] = ["postgres", "nobody"];

/// A user and a group by number.
type Account = (u32, u32);

/// See the module.
#[derive(Debug)]
pub(crate) struct Place {
    folder: PathBuf,
    /// `None`: whoever runs the tests.
    owner: Option<Account>,
}

impl Place {
    /// A new folder, under the system's temporary one unless told otherwise.
    pub(crate) fn make(parent: Option<&Path>) -> Result<Self> {
        let parent = parent.map_or_else(env::temp_dir, Path::to_path_buf);
        let mut number = 0_u32;
        let folder = loop {
            let folder = parent.join(format!("houselights-pg-{}-{number}", process::id()));
            match fs::DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => break folder,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(format!("{} cannot be made: {error}", folder.display())),
            }
        };
        let me = fs::metadata(&folder).map_err(|error| error.to_string())?.uid();
        let owner = if me == 0 { Some(unprivileged()?) } else { None };
        let place = Self { folder, owner };
        place.give(&place.folder)?;
        Ok(place)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A program that runs in the folder as its owner, and does not hear the terminal's Ctrl-C.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env("LC_ALL", "C.UTF-8").process_group(0);
        for inherited in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(inherited.0);
        }
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    /// Writes a file that only the owner may read: keys are refused otherwise.
    pub(crate) fn write(&self, file: &Path, bytes: &[u8]) -> Result {
        let written =
            fs::write(file, bytes).and_then(|()| fs::set_permissions(file, fs::Permissions::from_mode(0o600)));
        written.map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        self.give(file)
    }

    /// A folder of the owner's, who alone may look into it.
    pub(crate) fn make_folder(&self, folder: &Path) -> Result {
        let made = fs::DirBuilder::new().mode(0o700).create(folder);
        made.map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
        self.give(folder)
    }

    fn give(&self, file: &Path) -> Result {
        let Some((user, group)) = self.owner else { return Ok(()) };
        chown(file, Some(user), Some(group))
            .map_err(|error| format!("{} cannot be given away: {error}", file.display()))
    }
}

fn unprivileged() -> Result<Account> {
    let accounts = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd cannot be read: {error}"))?;
    let found = OWNERS.iter().find_map(|name| account(&accounts, name));
    found.ok_or_else(|| format!("PostgreSQL does not run as root, and there is none of the users {OWNERS:?}"))
}

fn account(accounts: &str, name: &str) -> Option<Account> {
    let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// A port that nobody listens on now. Every process begins to look at another place, and each time: the port of a server
/// that a test has stopped is free for the moment, and still its own.
pub fn free_port() -> Result<u16> {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let count = usize::from(PORTS.end - PORTS.start);
    let first = usize::try_from(process::id()).unwrap_or(0) * 61 + ASKED.fetch_add(1, Ordering::Relaxed) * 7_001;
    let mut ports = (0..count).filter_map(|step| PORTS.start.checked_add(u16::try_from((first + step) % count).ok()?));
    let free = ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.ok_or_else(|| "every port on 127.0.0.1 is taken".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts = "root:x:0:0::/root:/bin/sh\npostgres2:x:1:1::/:/x\npostgres:x:101:104:a,b:/var:/bin/bash\n";
        assert_eq!(account(accounts, "postgres"), Some((101, 104)));
        assert_eq!(account(accounts, "nobody"), None);
    }
}
