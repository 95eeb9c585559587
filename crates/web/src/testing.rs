//! A whole web side on a database in a temporary folder.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use bytes::Bytes;
use houselights_app::{
    App, Clock, Entropy, Settings,
    accounts::{AccountSettings, Accounts, HashCost, SigningKeys},
    clock::FakeClock,
    entropy::CountingEntropy,
};
use houselights_domain::UtcMicros;
use houselights_store::{Access, Db, SqliteOptions};
use http_body_util::BodyExt;
use serde_json::Value;
use tempfile::TempDir;

use crate::{Front, Site, WebSettings};

pub(crate) struct House {
    pub(crate) front: Arc<Front>,
    _folder: TempDir,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {:?}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code.
    pub(crate) fn no(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        (self.status.as_u16(), self.json()["code"].as_str().unwrap().to_owned())
    }
}

impl House {
    pub(crate) async fn open(settings: WebSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions { folder: folder.path().to_owned(), readers: 2 };
        let db = Db::open_sqlite(options, Access::Serve).await.unwrap();
        let clock: Arc<dyn Clock> = Arc::new(FakeClock::at(UtcMicros(1_800_000_000_000_000)));
        let entropy: Arc<dyn Entropy> = Arc::new(CountingEntropy::default());
        let keys = SigningKeys::from_secret("a secret that is long enough for HS256").unwrap();
        let cheap = AccountSettings { hash: HashCost::CHEAPEST, ..AccountSettings::default() };
        let accounts = Accounts::open(db.clone(), Arc::clone(&clock), Arc::clone(&entropy), keys, cheap).await.unwrap();
        let app = App::start(db, accounts, Settings::default(), clock).await.unwrap();
        let front = crate::front(Site::new(app, settings, entropy)).unwrap();
        Self { front: Arc::new(front), _folder: folder }
    }

    /// Sends a request with headers and a body.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.front.handle(request.body(Body::from(body.to_owned())).unwrap()).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, json: &str) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], json).await
    }
}
