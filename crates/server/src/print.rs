//! The only place that writes to standard output and standard error.

#![expect(clippy::print_stderr, reason = "a command talks to the person who ran it; everything else uses tracing")]

use std::io::{self, IsTerminal as _, Write as _};

/// Writes a document or a result to standard output. A reader that has gone away (`| head`) is no fault.
pub(crate) fn out(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Tells the person something beside the result. Where standard error is gone there is nobody to tell.
pub(crate) fn note(text: &str) {
    let _nobody = writeln!(io::stderr(), "{text}");
}

/// Is somebody there who can be asked?
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line; `None` at the end of the input.
pub(crate) fn ask(question: &str) -> io::Result<Option<String>> {
    eprint!("{question}");
    io::stderr().flush()?;
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}
