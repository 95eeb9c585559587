//! `cargo xtask failover`: PostgreSQL's primary is lost under load, on machines made from deploy/ha.

use std::path::Path;
use std::process::Command;

use crate::run::{self, Outcome};
use crate::{debian, env, fault, postgres};

const PACKAGES: &[&str] = &["patroni", "etcd-server", "haproxy", "openssl"];

/// All of it: about five minutes.
const FULL: &[&str] = &["--kills", "3", "--freezes", "1", "--switches", "2"];
const QUICK: &[&str] = &["--kills", "1", "--freezes", "0", "--switches", "1"];

/// `cargo xtask failover [--pgbouncer] [--quick]`.
pub(crate) fn command(words: &[&str]) -> Outcome {
    if let Some(unknown) = words.iter().find(|word| !["--pgbouncer", "--quick"].contains(word)) {
        return Err(format!("{unknown} is no option of failover; it has --pgbouncer and --quick"));
    }
    let blows = if words.contains(&"--quick") { QUICK } else { FULL };
    if words.contains(&"--pgbouncer") {
        postgres::bouncer_there()?;
        return drill(&[blows, &["--by", "pgbouncer"]].concat());
    }
    drill(blows)
}

/// The step of the test command.
pub(crate) fn quick() -> Outcome {
    drill(QUICK)
}

fn drill(words: &[&str]) -> Outcome {
    debian::ensure(there, "a failover needs Patroni, etcd, HAProxy and openssl", PACKAGES)?;
    let (drill, load) = (fault::program("failover")?, fault::program("fault")?);
    let mut command = Command::new(drill);
    command.arg("--binary").arg(fault::released()?).arg("--fault").arg(load);
    command.arg("--templates").arg(env::root().join("deploy/ha")).arg("--work").arg(fault::scratch("failover")?);
    run::show(command.args(words))
}

fn there() -> bool {
    let on_path = ["patroni", "patronictl", "etcd", "openssl"];
    let found = |name: &&str| {
        std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
    };
    on_path.iter().all(found) && (Path::new("/usr/sbin/haproxy").is_file() || found(&"haproxy"))
}
