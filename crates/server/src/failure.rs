//! How a command ends when it was not carried out.

use std::process::ExitCode;

/// A sentence for the person and a number for the script. The numbers stand in `--help`.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was asked for was not done, or did not hold: 1.
    Failed(String),
    /// The command line or the configuration cannot be taken: 2.
    Usage(String),
    /// All was told already: 1.
    Told,
}

/// The result of a command.
pub(crate) type Result<T = ()> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure with its sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self::Failed(sentence.into())
    }

    /// Tells the person and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::Failed(sentence) => {
                crate::print::note(&format!("houselights: {sentence}"));
                ExitCode::from(1)
            }
            Self::Usage(sentence) => {
                crate::print::note(&format!("houselights: {sentence}"));
                ExitCode::from(2)
            }
            Self::Told => ExitCode::from(1),
        }
    }
}

impl From<houselights_store::Error> for Failure {
    fn from(error: houselights_store::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<houselights_app::Error> for Failure {
    fn from(error: houselights_app::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
