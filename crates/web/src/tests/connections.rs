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
