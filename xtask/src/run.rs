//! Running other programs: echo the command, turn a failure into a sentence.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::env;

/// What a step comes to: nothing, or one sentence saying what is wrong.
pub(crate) type Outcome = Result<(), String>;

/// A cargo command in the repository's root.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env::cargo());
    command.args(args).current_dir(env::root());
    command
}

/// Runs a command with its output shown, and fails unless it succeeds.
pub(crate) fn show(command: &mut Command) -> Outcome {
    println!("$ {}", line(command));
    let status = command.status().map_err(|e| format!("cannot start `{}`: {e}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", line(command))) }
}

/// Runs a command and returns its standard output, as text.
pub(crate) fn capture(command: &mut Command) -> Result<String, String> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|e| format!("cannot start `{}`: {e}", line(command)))?;
    if !output.status.success() {
        return Err(format!("`{}` ended with {}", line(command), output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{}` wrote something other than UTF-8", line(command)))
}

/// Whether a command starts and succeeds; its output is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A command as one would type it, with secrets left out.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().map_or_else(OsString::new, OsStr::to_os_string);
    let mut words = vec![program.to_string_lossy().into_owned()];
    for arg in command.get_args() {
        let arg = arg.to_string_lossy();
        words.push(if arg.starts_with("Authorization:") { "Authorization: ...".into() } else { arg.into_owned() });
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_echoed() {
        let mut command = Command::new("/some/where/tool");
        command.args(["-H", "Authorization: Bearer secret", "--x"]);
        assert_eq!(line(&command), "tool -H Authorization: ... --x");
    }

    #[test]
    fn a_failing_or_missing_program_is_a_failure() {
        assert!(show(&mut Command::new("false")).is_err());
        assert!(show(&mut Command::new("no-such-program-anywhere")).is_err());
        assert!(capture(&mut Command::new("false")).is_err());
        assert!(!succeeds(&mut Command::new("no-such-program-anywhere")));
    }
}
