//! Databases in a cluster, one a test.

use std::sync::{
    PoisonError,
    atomic::{AtomicU32, Ordering},
};

use crate::{Cluster, Result};

static NUMBER: AtomicU32 = AtomicU32::new(1);

/// A database of one test; dropped with it, whoever is still connected.
#[derive(Debug)]
pub struct Database {
    cluster: &'static Cluster,
    name: String,
}

impl Cluster {
    /// An empty database.
    pub fn empty(&'static self) -> Result<Database> {
        self.copy("template0")
    }

    /// A database like a template, which `fill` makes, given its URL, when this process first asks for it. `fill` must
    /// have closed its connections when it returns.
    pub fn like(&'static self, template: &'static str, fill: impl FnOnce(&str) -> Result) -> Result<Database> {
        let mut templates = self.templates.lock().unwrap_or_else(PoisonError::into_inner);
        if !templates.contains(&template) {
            self.run("createdb", &["-h", "127.0.0.1", "-p", &self.port().to_string(), "-U", crate::USER, template])?;
            fill(&self.url(template))?;
            templates.push(template);
        }
        // One copy at a time: PostgreSQL refuses to copy a database that somebody else is connected to.
        let copied = self.copy(template);
        drop(templates);
        copied
    }

    fn copy(&'static self, template: &str) -> Result<Database> {
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let port = self.port().to_string();
        self.run("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", crate::USER, "-T", template, &name])?;
        Ok(Database { cluster: self, name })
    }
}

impl Database {
    /// As the cluster knows it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where it is found.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let port = self.cluster.port().to_string();
        // A cluster that a test has stopped keeps the database until its own end, which is as well.
        let _still_there = self.cluster.run(
            "dropdb",
            &["--force", "-h", "127.0.0.1", "-p", &port, "-U", crate::USER, "--maintenance-db=postgres", &self.name],
        );
    }
}
