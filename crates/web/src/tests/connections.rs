use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::{WebSettings, testing::House};

const GET: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

async fn answer(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    let mut piece = [0; 1024];
    while !seen.ends_with(b"\"ok\"}") {
        match stream.read(&mut piece).await.unwrap() {
            0 => break,
            length => seen.extend_from_slice(&piece[..length]),
        }
    }
    String::from_utf8(seen).unwrap()
}

#[tokio::test]
async fn a_stop_loses_no_request() {
    let house = House::open(WebSettings::default()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(crate::serve(listener, Arc::clone(&house.front), async move {
        _ = stopped.await;
    }));
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let mut answered = 0;
            loop {
                stream.write_all(GET).await.unwrap();
                let answer = answer(&mut stream).await;
                assert!(answer.starts_with("HTTP/1.1 200"), "cut after {answered}: {answer:?}");
                answered += 1;
                if answer.contains("connection: close") {
                    return answered;
                }
            }
        }));
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).unwrap();
    for client in clients {
        assert!(client.await.unwrap() > 0);
    }
    server.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn slow_heads_are_cut_and_a_stop_has_a_deadline() {
    let settings = WebSettings {
        header_read_timeout: Duration::from_millis(100),
        stop_deadline: Duration::from_millis(300),
        ..WebSettings::default()
    };
    let house = House::open(settings).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(crate::serve(listener, house.front, async move {
        _ = stopped.await;
    }));
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nho").await.unwrap();
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), slow.read_to_end(&mut rest)).await.unwrap().unwrap();

    // A body that never comes keeps its request in flight.
    let mut stuck = TcpStream::connect(address).await.unwrap();
    stuck.write_all(b"POST /api/login/ HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), server).await.unwrap().unwrap();
}

async fn house_with_a_show(settings: WebSettings) -> House {
    let house = House::open(settings).await;
    let programme = serde_json::json!({
        "cinemas": [{"key": "rex", "name": "Rex", "timezone": "Europe/London", "currency": "GBP",
                     "screens": [{"key": "1", "name": "One", "seats": 10}]}],
        "movies": [{"key": "m", "title": "Sunrise", "duration_minutes": 94}],
        "shows": [{"key": "s", "movie": "m", "screen": "rex/1", "starts_at": "2027-01-16T19:30:00"}],
    });
    house.front.site().app.office.import(programme.to_string(), &mut |_, _| {}).await.unwrap();
    house
}

/// Reads until the text has come.
async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut seen = String::new();
    let mut piece = [0; 1024];
    while !seen.contains(text) {
        match tokio::time::timeout(Duration::from_secs(5), stream.read(&mut piece)).await.unwrap().unwrap() {
            0 => break,
            length => seen.push_str(&String::from_utf8_lossy(&piece[..length])),
        }
    }
    seen
}

#[tokio::test]
async fn a_feed_leaves_hyper_and_keeps_its_place_and_its_headers() {
    let settings =
        WebSettings { max_connections: 1, cors_origins: vec!["https://x.example".into()], ..WebSettings::default() };
    let house = house_with_a_show(settings).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(crate::serve(listener, Arc::clone(&house.front), async move {
        _ = stopped.await;
    }));
    let mut feed = TcpStream::connect(address).await.unwrap();
    // What was asked before is answered before, even where both come at once.
    feed.write_all(GET).await.unwrap();
    _ = answer(&mut feed).await;
    let live = b"GET /api/shows/1/live/ HTTP/1.1\r\nhost: x\r\norigin: https://x.example\r\n\r\n";
    feed.write_all(live).await.unwrap();
    let seen = until(&mut feed, "\nid: ").await.to_lowercase();
    assert!(seen.starts_with("http/1.1 200 ok\r\n"), "{seen}");
    for header in [
        "content-type: text/event-stream",
        "transfer-encoding: chunked",
        "connection: close",
        "date: fri, 15 jan 2027 08:00:00 gmt",
        "x-request-id: ",
        "access-control-allow-origin: https://x.example",
        "x-content-type-options: nosniff",
    ] {
        assert_eq!(seen.matches(header).count(), 1, "{header}: {seen}");
    }
    // The only place is taken by the feed, and free again when its client hangs up.
    let mut next = TcpStream::connect(address).await.unwrap();
    next.write_all(GET).await.unwrap();
    let mut nothing = [0; 1];
    assert!(tokio::time::timeout(Duration::from_millis(100), next.read(&mut nothing)).await.is_err());
    drop(feed);
    assert!(answer(&mut next).await.starts_with("HTTP/1.1 200"));
    // A feed ends with the house, in the way that chunks end.
    next.write_all(live).await.unwrap();
    _ = until(&mut next, "\nid: ").await;
    stop.send(()).unwrap();
    assert!(until(&mut next, "no such text").await.ends_with("0\r\n\r\n"));
    tokio::time::timeout(Duration::from_secs(5), server).await.unwrap().unwrap();
}

#[tokio::test]
async fn requests_that_come_at_once_are_answered_in_their_order() {
    let house = house_with_a_show(WebSettings::default()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(crate::serve(listener, Arc::clone(&house.front), std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let all = [GET, GET, b"GET /api/shows/1/live/ HTTP/1.1\r\nhost: x\r\n\r\n"].concat();
    stream.write_all(&all).await.unwrap();
    let seen = until(&mut stream, "\nid: ").await;
    assert_eq!(seen.matches("\"ok\"}").count(), 2, "{seen}");
    assert!(seen.find("text/event-stream") > seen.rfind("\"ok\"}"), "{seen}");
    server.abort();
}

#[tokio::test]
async fn whoever_takes_nothing_of_a_feed_is_cut() {
    use axum::{body::Body, response::Response};
    use futures_util::stream;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (served, _) = listener.accept().await.unwrap();
    let flood = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 65_536]));
    let response = Response::new(Body::from_stream(flood));
    let now = houselights_domain::UtcMicros(0);
    let sent = crate::serve::endless::send(served, response, now, Duration::from_millis(100));
    tokio::time::timeout(Duration::from_secs(10), sent).await.unwrap();
}
