//! `createsuperuser`: asks as Django's does, or takes everything from flags and the environment.

use std::sync::Arc;

use houselights_app::{
    accounts::{Accounts, NewAccount},
    clock::SystemClock,
    entropy::SystemEntropy,
};
use houselights_domain::credentials::PasswordPolicy;
use houselights_store::Access;

use super::data::open;
use crate::{
    cli,
    config::Config,
    failure::{Failure, Result},
    print, wiring,
};

/// Where the password comes from without a terminal.
const PASSWORD: &str = "HOUSELIGHTS_SUPERUSER_PASSWORD";
/// How often a person may mistype.
const ATTEMPTS: u32 = 3;

/// Makes an account that may do everything.
pub(crate) async fn create(config: &Config, args: &cli::Superuser) -> Result {
    let settings = wiring::accounts(config);
    let account = gather(args, &settings.passwords)?;
    let db = open(config, Access::Maintain).await?;
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy::default()));
    let accounts = Accounts::without_tokens(db, clock, entropy, settings).await?;
    let made = accounts.create_superuser(account).await?;
    Ok(print::out(&format!("Superuser {:?} was made (account {}).\n", made.username, made.id.0))?)
}

fn gather(args: &cli::Superuser, policy: &PasswordPolicy) -> Result<NewAccount> {
    let asking = !args.no_input && print::can_ask();
    let username = match &args.username {
        Some(name) => name.clone(),
        None if asking => ask_until_given("Username: ")?,
        None => return Err(Failure::Usage("nobody is there to ask: give --username".into())),
    };
    let email = match &args.email {
        Some(address) => Some(address.clone()),
        None if asking => print::ask("Email address (may stay empty): ")?.filter(|address| !address.is_empty()),
        None => None,
    };
    let password = match std::env::var(PASSWORD) {
        Ok(password) if !password.is_empty() => password,
        _ if asking => ask_password(policy, &username)?,
        _ => {
            return Err(Failure::Usage(format!(
                "nobody is there to ask: set {PASSWORD} to the new account's password"
            )));
        }
    };
    Ok(NewAccount { username, password, email })
}

fn ask_until_given(question: &str) -> Result<String> {
    for _ in 0..ATTEMPTS {
        match print::ask(question)? {
            Some(answer) if !answer.is_empty() => return Ok(answer),
            Some(_) => print::note("This cannot stay empty."),
            None => break,
        }
    }
    Err(Failure::new("nothing was made"))
}

/// Asks until the password is good enough and was typed the same twice.
fn ask_password(policy: &PasswordPolicy, username: &str) -> Result<String> {
    for _ in 0..ATTEMPTS {
        let first = rpassword::prompt_password("Password: ")?;
        if let Err(faults) = policy.check(&first, username) {
            for fault in faults {
                print::note(&fault.to_string());
            }
            continue;
        }
        if first == rpassword::prompt_password("Password (again): ")? {
            return Ok(first);
        }
        print::note("These two are not the same.");
    }
    Err(Failure::new("nothing was made"))
}
