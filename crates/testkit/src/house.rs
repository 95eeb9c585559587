//! The house: everything wired as the server does it, but for the machine's clock, its randomness and its sockets.

use std::{sync::Arc, thread};

use houselights_app::{
    App, Clock, Entropy, Identity, Settings,
    accounts::{AccountSettings, Accounts, HashCost, NewAccount, SigningKeys},
    clock::FakeClock,
    entropy::CountingEntropy,
};
use houselights_domain::{Role, programme::Programme};
use houselights_store::{Access, Db, verify::verify};
use houselights_web::{Front, Site, WebSettings, settings::LimitSettings};
use serde_json::json;

use crate::{Client, place::Place, programme};

/// The password of everyone whom [`House::customer`] signs up.
pub const PASSWORD: &str = "correct horse battery";

/// How a house is set up.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its programme.
    pub programme: Programme,
    /// Its front door. By default nobody comes too often.
    pub web: WebSettings,
    /// Its accounts. By default passwords are cheap and nobody tries too often.
    pub accounts: AccountSettings,
    /// Its engine.
    pub app: Settings,
}

impl Default for Plan {
    fn default() -> Self {
        let limits = LimitSettings { on: false, ..LimitSettings::default() };
        Self {
            programme: programme::programme(),
            web: WebSettings { limits, ..WebSettings::default() },
            accounts: AccountSettings {
                hash: HashCost::CHEAPEST,
                logins_by_address: None,
                logins_by_user: None,
                ..AccountSettings::default()
            },
            app: Settings::default(),
        }
    }
}

/// A ticket office with a database of its own. Dropping it verifies its books.
#[derive(Debug)]
pub struct House {
    /// The use cases.
    pub app: Arc<App>,
    /// Its clock, which stands at [`programme::NOW`] until it is moved.
    pub clock: Arc<FakeClock>,
    /// Its database.
    pub db: Db,
    front: Arc<Front>,
    place: Place,
}

impl House {
    /// A house with the small programme.
    pub async fn open() -> Self {
        Self::planned(Plan::default()).await
    }

    /// A house as planned.
    pub async fn planned(plan: Plan) -> Self {
        let programme = plan.programme.clone();
        let house = Self::in_place(Place::make(), plan).await;
        house.import(&programme).await;
        house
    }

    /// A house on a PostgreSQL that the test has made, with the time limits of a server.
    pub async fn at(url: String) -> Self {
        let house = Self::node(url).await;
        house.import(&Plan::default().programme).await;
        house
    }

    /// One of several nodes on a PostgreSQL that the test has made. Nothing is imported.
    pub async fn node(url: String) -> Self {
        Self::in_place(Place::Made(url), Plan::default()).await
    }

    async fn in_place(place: Place, plan: Plan) -> Self {
        let db = place.open(Access::Serve).await;
        let clock = Arc::new(FakeClock::at(programme::NOW));
        let entropy: Arc<dyn Entropy> = Arc::new(CountingEntropy::default());
        let keys = SigningKeys::from_secret("a secret that is long enough for HS256").unwrap();
        let time = || Arc::clone(&clock) as Arc<dyn Clock>;
        let accounts = Accounts::open(db.clone(), time(), Arc::clone(&entropy), keys, plan.accounts).await.unwrap();
        let app = App::start(db.clone(), accounts, plan.app, time()).await.unwrap();
        let front = houselights_web::front(Site::new(Arc::clone(&app), plan.web, entropy)).unwrap();
        Self { app, clock, db, front: Arc::new(front), place }
    }

    /// Adds to the programme or changes it, as staff do.
    pub async fn import(&self, programme: &Programme) {
        self.app.office.import(programme.to_json().unwrap(), &mut |_, _| {}).await.unwrap();
    }

    /// A visitor who is not signed in.
    pub fn visitor(&self) -> Client {
        Client::new(Arc::clone(&self.front))
    }

    /// Signs somebody up and in.
    pub async fn customer(&self, name: &str) -> Client {
        let visitor = self.visitor();
        _ = visitor.post("/api/signup/", json!({"username": name, "password": PASSWORD})).await.expect(201);
        self.signed_in(name).await
    }

    /// Somebody with a role, signed in.
    pub async fn with_role(&self, name: &str, role: Role) -> Client {
        let new = NewAccount { username: name.into(), password: PASSWORD.into(), email: None };
        self.app.accounts.create_with_role(&Identity::HOUSE, new, role).await.unwrap();
        self.signed_in(name).await
    }

    /// Signs somebody in again who has an account, such as after the clock has moved past their token's end.
    pub async fn signed_in(&self, name: &str) -> Client {
        let visitor = self.visitor();
        let pair = visitor.post("/api/login/", json!({"username": name, "password": PASSWORD})).await.expect(200);
        visitor.bearing(pair.field("access").as_str().unwrap())
    }

    /// Fails if the books do not add up.
    pub async fn verify(&self) {
        let report = verify(&self.db).await.unwrap();
        assert!(report.is_clean(), "the books do not add up: {:#?}", report.findings);
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        // A thread and a connection of its own, because a test's runtime cannot be waited on from within.
        let verifying = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { verify(&self.place.open(Access::Read).await).await.unwrap() })
        };
        let report = thread::scope(|scope| scope.spawn(verifying).join().unwrap());
        assert!(report.is_clean(), "the books do not add up: {:#?}", report.findings);
    }
}
