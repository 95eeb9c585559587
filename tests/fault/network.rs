//! A network namespace at the end of a cable that can be pulled (iproute2, as root).

use std::process::{self, Command};

use houselights_tests::harness::{Attempting as _, Result};

/// What it is called and where it is found.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) namespace: String,
    /// The address in the namespace.
    pub(crate) inside: String,
    /// The address of everybody else, seen from there.
    pub(crate) outside: String,
}

/// See the module. It is taken down when dropped.
#[derive(Debug)]
pub(crate) struct Network(Names);

impl Network {
    /// A namespace and a cable to it, both of them up.
    pub(crate) fn lay() -> Result<Self> {
        let number = process::id();
        // A range kept for tests (RFC 2544).
        let network = format!("198.{}.{}", 18 + number / 250 % 2, number % 250);
        let (inside, outside) = (format!("{network}.2"), format!("{network}.1"));
        let names = Names { namespace: format!("hl{number}"), inside, outside };
        let network = Self(names);
        let Names { namespace, inside, outside } = &network.0;
        let (end, other) = (network.end(), network.other_end());
        ip(&format!("netns add {namespace}"))?;
        ip(&format!("link add {other} type veth peer name {end} netns {namespace}"))?;
        ip(&format!("address add {outside}/30 dev {other}"))?;
        ip(&format!("link set {other} up"))?;
        ip(&format!("-n {namespace} address add {inside}/30 dev {end}"))?;
        ip(&format!("-n {namespace} link set lo up"))?;
        network.link(true)?;
        Ok(network)
    }

    pub(crate) fn clone_names(&self) -> Names {
        self.0.clone()
    }

    /// The end in the namespace goes up or down: what is sent to it then gets lost, and nobody is told.
    pub(crate) fn link(&self, up: bool) -> Result {
        ip(&format!("-n {} link set {} {}", self.0.namespace, self.end(), if up { "up" } else { "down" }))
    }

    fn end(&self) -> String {
        format!("{}i", self.0.namespace)
    }

    fn other_end(&self) -> String {
        format!("{}o", self.0.namespace)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The cable goes with the namespace, or, where that did not come to be, by itself.
        let _ = ip(&format!("link delete {}", self.other_end()));
        let _ = ip(&format!("netns delete {}", self.0.namespace));
    }
}

fn ip(words: &str) -> Result {
    let done = Command::new("ip").args(words.split(' ')).output();
    let done = done.attempting("a network of one's own needs `ip` (Debian: iproute2)")?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("`ip {words}` (needs root): {}", String::from_utf8_lossy(&done.stderr).trim()))
}
