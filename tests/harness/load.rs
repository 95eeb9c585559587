//! The program `fault` as load and judge of nodes that somebody else torments.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
};

use super::{Attempting as _, Result};

/// Customers who book until they are told to stop.
#[derive(Debug)]
pub struct Load {
    child: Child,
    teller: Option<JoinHandle<()>>,
}

impl Load {
    /// They begin, at nodes with the programme of [`super::house`]. What they find at their end is for `told`.
    pub fn start(fault: &Path, nodes: &[SocketAddr], told: impl Fn(&str) + Send + 'static) -> Result<Self> {
        let nodes: Vec<String> = nodes.iter().map(ToString::to_string).collect();
        let mut command = Command::new(fault);
        command.args(["--mode", "against", "--nodes", &nodes.join(",")]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut load = Self { child: command.spawn().attempting("the load cannot be started")?, teller: None };
        let mut lines = BufReader::new(load.child.stdout.take().ok_or("the load cannot be heard")?).lines();
        if !lines.by_ref().map_while(std::io::Result::ok).any(|line| line.starts_with("booking")) {
            return Err("the load ended before it began".into());
        }
        load.teller = Some(thread::spawn(move || lines.map_while(std::io::Result::ok).for_each(|line| told(&line))));
        Ok(load)
    }

    /// They stop, and everything is compared. Fails where the books are not what they were told.
    pub fn end(mut self) -> Result {
        let mut way = self.child.stdin.take().ok_or("the load was ended before")?;
        // Where it has ended by itself, it has said why.
        let _already_over = way.write_all(b"\n");
        drop(way);
        let found = self.child.wait().attempting("waiting for the load")?;
        // Whoever panicked has said why.
        let _told = self.teller.take().map(JoinHandle::join);
        if found.success() { Ok(()) } else { Err("the books are not what customers were told".into()) }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
