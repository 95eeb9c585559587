//! What the program tells about itself.

use crate::{
    cli, config,
    failure::{Failure, Result},
    print,
};

/// `config-reference`.
pub(crate) fn config_reference() -> Result {
    Ok(print::out(&config::markdown())?)
}

/// `openapi`.
pub(crate) fn openapi() -> Result {
    let document = houselights_web::openapi().to_pretty_json();
    let document = document.map_err(|error| Failure::new(format!("a bug in the OpenAPI document: {error}")))?;
    Ok(print::out(&(document + "\n"))?)
}

/// `completions SHELL`.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "houselights", &mut text);
    Ok(print::out(&String::from_utf8_lossy(&text))?)
}

/// `man`: one page for the program and all its commands.
pub(crate) fn man() -> Result {
    Ok(print::out(&manual()?)?)
}

fn manual() -> Result<String> {
    let mut text = Vec::new();
    let command = cli::command().flatten_help(true);
    clap_mangen::Man::new(command).render(&mut text).map_err(Failure::from)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// `version`.
pub(crate) fn version() -> Result {
    Ok(print::out(&format!("houselights {}\n", env!("CARGO_PKG_VERSION")))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_names_every_command() {
        let text = manual().unwrap();
        for command in cli::command().get_subcommands() {
            let name = command.get_name().replace('-', "\\-");
            assert!(text.contains(&name), "{name}");
        }
    }

    #[test]
    fn completions_know_every_command_and_the_flags() {
        use clap_complete::Shell::{Bash, Fish, Zsh};
        for shell in [Bash, Fish, Zsh] {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut cli::command(), "houselights", &mut text);
            let text = String::from_utf8(text).unwrap();
            for command in cli::command().get_subcommands() {
                assert!(text.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
            assert!(text.contains("data-dir"), "{shell}");
        }
    }
}
