//! The cluster that all other tests rely on.

use std::{
    net::TcpStream,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use houselights_testpg::{Cluster, Options, Stop, shared};

fn reachable(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

#[test]
fn every_test_has_a_database_like_the_template_which_is_filled_once() {
    let mut filled = 0;
    let first = shared().like("kinds", |url| {
        filled += 1;
        assert!(url.ends_with("/kinds?sslmode=disable"), "{url}");
        Ok(())
    });
    let second = shared().like("kinds", |_| Err("filled twice".into()));
    let empty = shared().empty().unwrap();
    let urls = [first.unwrap().url(), second.unwrap().url(), empty.url()];
    assert_eq!(filled, 1);
    assert!(urls[0] != urls[1] && urls[1] != urls[2], "{urls:?}");
}

#[test]
fn it_stops_and_starts_on_the_same_port_and_leaves_nothing() {
    let cluster = Cluster::start(&Options { durable: true, ..Options::default() }).unwrap();
    assert!(cluster.process().unwrap() > 0);
    for how in [Stop::Fast, Stop::Immediate] {
        cluster.stop(how).unwrap();
        assert!(!reachable(cluster.port()));
        cluster.start_again().unwrap();
        assert!(reachable(cluster.port()));
    }
    let (folder, port) = (cluster.folder().to_owned(), cluster.port());
    drop(cluster);
    assert!(!folder.exists() && !reachable(port));
}

#[test]
fn a_setting_that_is_none_is_told_with_the_log() {
    let settings = vec![("no_such_setting".to_owned(), "on".to_owned())];
    let why = Cluster::start(&Options { settings, ..Options::default() }).unwrap_err();
    assert!(why.contains("no_such_setting"), "{why}");
}

/// Runs itself as another process that starts a cluster and is killed without a chance to clean up.
#[test]
fn a_killed_process_leaves_no_cluster_behind() {
    const CHILD: &str = "HOUSELIGHTS_TESTPG_CHILD";
    if let Some(tell) = std::env::var_os(CHILD) {
        let folder = shared().folder().display().to_string();
        std::fs::write(tell, format!("{folder}\n{}\n", shared().port())).unwrap();
        loop {
            std::thread::park();
        }
    }
    let tell = std::env::temp_dir().join(format!("houselights-testpg-{}", std::process::id()));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_process_leaves_no_cluster_behind"])
        .env(CHILD, &tell)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let told = until(|| std::fs::read_to_string(&tell).ok().filter(|text| text.lines().count() == 2));
    std::fs::remove_file(&tell).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let folder = PathBuf::from(told.lines().next().unwrap());
    let port: u16 = told.lines().nth(1).unwrap().parse().unwrap();
    until(|| (!folder.exists()).then_some(()));
    assert!(!reachable(port));
}

fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "not within a minute");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
