//! A Python virtual environment under the target folder with exactly the pinned packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;
use crate::{debian, env};

const REQUIREMENTS: &str = "xtask/schemathesis-requirements.txt";

/// The folder of the environment's programs; made, or made anew where the pins have changed.
pub(crate) fn bin() -> Result<PathBuf, String> {
    let venv = env::target().join("schemathesis-venv");
    let bin = venv.join("bin");
    let wanted =
        fs::read_to_string(env::root().join(REQUIREMENTS)).map_err(|e| format!("cannot read {REQUIREMENTS}: {e}"))?;
    let stamp = venv.join("installed-requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && works(&bin) {
        return Ok(bin);
    }
    debian::ensure(has_venv, "the contract test needs `python3` with its `venv` module", &["python3-venv"])?;
    run::show(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let mut pip = Command::new(bin.join("python"));
    pip.current_dir(env::root());
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]);
    run::show(&mut pip)?;
    if !works(&bin) {
        return Err("schemathesis was installed but does not run".into());
    }
    fs::write(&stamp, wanted).map_err(|e| format!("cannot write into the environment: {e}"))?;
    Ok(bin)
}

fn works(bin: &Path) -> bool {
    run::succeeds(Command::new(bin.join("schemathesis")).arg("--version"))
}

/// Debian splits `ensurepip` off: without it `python3 -m venv` starts and then fails.
fn has_venv() -> bool {
    run::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}
