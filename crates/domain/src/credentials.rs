//! What an account may be called and how good its password must be, in the words that a client of Django
//! REST Framework knows.

/// The most characters of a user name, as in Django.
pub const MAX_USERNAME: usize = 150;
/// The most characters of an e-mail address (RFC 5321's path without its brackets).
pub const MAX_EMAIL: usize = 254;
/// The most characters of a password: hashing is dear, and an endless one would make it dearer.
pub const MAX_PASSWORD: usize = 128;

/// The passwords that attackers try first, in lower case: the top of the list that Django ships, which comes
/// from published leaks, and a few of our own.
const COMMON: &str = include_str!("credentials/common.txt");

/// What is wrong with a name, an address or a password. Its `Display` is Django's sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is nothing.
    #[error("This field may not be blank.")]
    Blank,
    /// The name has characters that no name may have.
    #[error("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.")]
    NotAName,
    /// The address is none.
    #[error("Enter a valid email address.")]
    NotAnAddress,
    /// It has more characters than this.
    #[error("Ensure this field has no more than {0} characters.")]
    TooLong(usize),
    /// It has fewer characters than this.
    #[error("This password is too short. It must contain at least {count} character{s}.", count = .0, s = if *.0 == 1 { "" } else { "s" })]
    TooShort(usize),
    /// There is a character in it that ends texts elsewhere.
    #[error("Null characters are not allowed.")]
    Null,
    /// The password is the name.
    #[error("The password is too similar to the username.")]
    TooSimilar,
    /// Everybody guesses this password.
    #[error("This password is too common.")]
    TooCommon,
}

/// The name without the spaces around it: 1 to 150 letters and digits of any script, and `@ . + - _`.
pub fn username(text: &str) -> Result<String, Vec<Fault>> {
    let name = text.trim();
    if name.is_empty() {
        return Err(vec![Fault::Blank]);
    }
    let mut faults = Vec::new();
    if !name.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c)) {
        faults.push(Fault::NotAName);
    }
    faults.extend(too_long(name, MAX_USERNAME));
    if faults.is_empty() { Ok(name.to_owned()) } else { Err(faults) }
}

/// The address without the spaces around it and with its domain in lower case; blank is none.
/// Takes what mail servers take in practice, and neither quoted names nor bare IP addresses.
pub fn email(text: &str) -> Result<Option<String>, Vec<Fault>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let mut faults = Vec::new();
    let parts = text.rsplit_once('@').filter(|(local, domain)| is_local_part(local) && is_domain(domain));
    if parts.is_none() {
        faults.push(Fault::NotAnAddress);
    }
    faults.extend(too_long(text, MAX_EMAIL));
    match parts {
        Some((local, domain)) if faults.is_empty() => Ok(Some(format!("{local}@{}", domain.to_lowercase()))),
        _ => Err(faults),
    }
}

/// How good a password must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The fewest characters.
    pub min_length: usize,
    /// Refuse what everybody guesses first: the commonest passwords, and the user's own name.
    pub refuse_common: bool,
}

impl Default for PasswordPolicy {
    /// For production: 8 characters, none of the common ones.
    fn default() -> Self {
        Self { min_length: 8, refuse_common: true }
    }
}

impl PasswordPolicy {
    /// Is the password good enough for this user?
    pub fn check(&self, password: &str, username: &str) -> Result<(), Vec<Fault>> {
        if password.is_empty() {
            return Err(vec![Fault::Blank]);
        }
        let mut faults: Vec<Fault> = too_long(password, MAX_PASSWORD).into_iter().collect();
        if password.contains('\0') {
            faults.push(Fault::Null);
        }
        if self.refuse_common && is_same(password, username) {
            faults.push(Fault::TooSimilar);
        }
        if password.chars().count() < self.min_length {
            faults.push(Fault::TooShort(self.min_length));
        }
        if self.refuse_common && is_common(password) {
            faults.push(Fault::TooCommon);
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

fn too_long(text: &str, most: usize) -> Option<Fault> {
    (text.chars().count() > most).then_some(Fault::TooLong(most))
}

fn is_same(password: &str, username: &str) -> bool {
    password.trim().to_lowercase() == username.trim().to_lowercase()
}

fn is_common(password: &str) -> bool {
    let password = password.trim().to_lowercase();
    COMMON.lines().any(|common| common == password)
}

/// RFC 5321's dot-atom: no dot first, last or twice.
fn is_local_part(local: &str) -> bool {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    local.len() <= 64 && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom))
}

/// Two labels or more, in any script; the last one is no number, so an IP address is no domain.
fn is_domain(domain: &str) -> bool {
    let label = |part: &str| {
        let inner = part.chars().all(|c| c.is_alphanumeric() || c == '-');
        !part.is_empty() && part.len() <= 63 && inner && !part.starts_with('-') && !part.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(label) && !last.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_taken_as_django_takes_them() {
        for name in ["alice", "a", "Ádám.Ö+1@x-y_z", "雅子", &"é".repeat(150)] {
            assert_eq!(username(name), Ok(name.to_owned()));
        }
        assert_eq!(username("  bob "), Ok("bob".to_owned()));
        assert_eq!(username(" "), Err(vec![Fault::Blank]));
        for name in ["a b", "a/b", "a\0", "<b>", "a\u{200b}b", "a\u{202e}b"] {
            assert_eq!(username(name).unwrap_err()[0], Fault::NotAName, "{name:?}");
        }
        assert_eq!(username(&"x".repeat(151)), Err(vec![Fault::TooLong(150)]));
    }

    #[test]
    fn addresses_are_taken_or_refused() {
        for address in ["a@example.org", "first.last+tag@sub.example.co.uk", "o'neil@example.org", "a@bücher.example"]
        {
            assert_eq!(email(address), Ok(Some(address.to_owned())));
        }
        assert_eq!(email(" Alice@Example.ORG "), Ok(Some("Alice@example.org".to_owned())));
        assert_eq!(email(""), Ok(None));
        for address in [
            "a",
            "@",
            "a@",
            "@b.org",
            "a@b",
            "a@b..org",
            ".a@b.org",
            "a.@b.org",
            "a..b@c.org",
            "a b@c.org",
            "a@b c.org",
            "a@-b.org",
            "a@b-.org",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@b.org\r\nBcc: c@d.org",
            "a,b@c.org",
            "a@b@c.org",
            "<a@b.org>",
        ] {
            assert_eq!(email(address), Err(vec![Fault::NotAnAddress]), "{address:?}");
        }
        let long = format!("a@{}.org", vec!["x".repeat(60); 5].join("."));
        assert_eq!(email(&long), Err(vec![Fault::TooLong(254)]));
    }

    #[test]
    fn production_refuses_short_and_common_passwords() {
        let policy = PasswordPolicy::default();
        let common = vec![Fault::TooCommon];
        assert_eq!(policy.check("correct horse", "alice"), Ok(()));
        for password in ["password", "PassWord1", "12345678", "qwertyuiop", "iloveyou", "letmein1"] {
            assert_eq!(policy.check(password, "alice"), Err(common.clone()), "{password}");
        }
        assert_eq!(policy.check("1234", "alice").unwrap_err(), [Fault::TooShort(8), Fault::TooCommon]);
        assert_eq!(policy.check("", "alice"), Err(vec![Fault::Blank]));
        assert_eq!(policy.check("Alice-in-W", "alice-in-w"), Err(vec![Fault::TooSimilar]));
    }

    #[test]
    fn sentences_are_those_of_django() {
        let too_short = "This password is too short. It must contain at least";
        assert_eq!(Fault::TooShort(1).to_string(), format!("{too_short} 1 character."));
        assert_eq!(Fault::TooShort(8).to_string(), format!("{too_short} 8 characters."));
        assert_eq!(Fault::TooLong(150).to_string(), "Ensure this field has no more than 150 characters.");
    }

    #[test]
    fn length_is_counted_in_characters_and_bounded_above() {
        let policy = PasswordPolicy::default();
        assert_eq!(policy.check("ééééüüüü", "alice"), Ok(()));
        assert!(policy.check("éééüüüü", "alice").is_err());
        assert_eq!(policy.check(&"é".repeat(128), "alice"), Ok(()));
        assert_eq!(policy.check(&"é".repeat(129), "alice"), Err(vec![Fault::TooLong(128)]));
        assert_eq!(policy.check("abcd\0efgh", "alice"), Err(vec![Fault::Null]));
    }

    #[test]
    fn the_quick_start_takes_a_four_letter_password() {
        let policy = PasswordPolicy { min_length: 1, refuse_common: false };
        assert_eq!(policy.check("pass", "pass"), Ok(()));
        assert_eq!(policy.check("", "alice"), Err(vec![Fault::Blank]));
    }

    #[test]
    fn the_list_is_lower_case_without_blanks_and_long_enough() {
        let long = COMMON.lines().filter(|password| password.len() >= 8).count();
        assert!(long >= 1_000, "{long}");
        for password in COMMON.lines() {
            assert!(!password.is_empty() && password.trim().to_lowercase() == password, "{password:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_taken_is_taken_again_unchanged(text in "\\PC{0,20}|[a-z.@+ -]{0,20}") {
            if let Ok(name) = username(&text) {
                prop_assert_eq!(username(&name), Ok(name));
            }
            if let Ok(Some(address)) = email(&text) {
                prop_assert!(!address.contains(char::is_whitespace) && address.matches('@').count() == 1);
                prop_assert_eq!(email(&address), Ok(Some(address)));
            }
        }
    }
}
