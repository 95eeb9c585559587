//! The fields of forms, each with its label, what was typed and what is wrong with it; and the summary above them.

use std::borrow::Cow;

use askama::{Template, filters::HtmlSafe};
use houselights_domain::credentials::Fault;

use crate::{problem::Problem, text::Text};

/// One line to type in. Made by a page's context, shown by `{{ field }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "_field.html")]
pub struct Field {
    t: Text,
    name: &'static str,
    kind: Kind,
    /// What a browser may fill in (HTML, autofill detail tokens).
    autocomplete: &'static str,
    value: String,
    hint: Option<String>,
    faults: Vec<String>,
    optional: bool,
}

/// Its own markup, in which everything that was typed is escaped.
impl HtmlSafe for Field {}

/// What is typed into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Line,
    /// An e-mail address.
    Email,
    /// A password, which is never shown again.
    Password,
}

impl Kind {
    const fn of_input(self) -> &'static str {
        match self {
            Self::Line => "text",
            Self::Email => "email",
            Self::Password => "password",
        }
    }
}

impl Field {
    /// An empty field, labelled by the text `field-<name>`.
    pub const fn new(t: Text, name: &'static str, kind: Kind, autocomplete: &'static str) -> Self {
        Self { t, name, kind, autocomplete, value: String::new(), hint: None, faults: Vec::new(), optional: false }
    }

    /// With what was typed; a password stays empty.
    #[must_use]
    pub fn holding(mut self, value: &str) -> Self {
        if self.kind != Kind::Password {
            value.clone_into(&mut self.value);
        }
        self
    }

    /// With a sentence that helps.
    #[must_use]
    pub fn helped_by(mut self, hint: Cow<'_, str>) -> Self {
        self.hint = Some(hint.into_owned());
        self
    }

    /// May stay empty.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Notes what is wrong.
    pub fn refuse(&mut self, fault: Cow<'_, str>) {
        self.faults.push(fault.into_owned());
    }

    /// The value of a check, or its faults are noted.
    pub fn keep<T>(&mut self, checked: Result<T, Vec<Fault>>) -> Option<T> {
        checked.map_err(|faults| faults.into_iter().for_each(|fault| self.refuse(sentence(self.t, fault)))).ok()
    }

    fn label(&self) -> Cow<'static, str> {
        self.t.text(&format!("field-{}", self.name))
    }

    /// The ids of what a screen reader reads with the field.
    fn described_by(&self) -> String {
        let hint = self.hint.iter().map(|_| format!("{}-hint", self.name));
        let fault = (!self.faults.is_empty()).then(|| format!("{}-fault", self.name));
        hint.chain(fault).collect::<Vec<_>>().join(" ")
    }
}

fn sentence(t: Text, fault: Fault) -> Cow<'static, str> {
    match fault {
        Fault::Blank => t.text("fault-blank"),
        Fault::NotAName => t.text("fault-name"),
        Fault::NotAnAddress => t.text("fault-email"),
        Fault::TooLong(most) => t.count("fault-too-long", most),
        Fault::TooShort(least) => t.count("fault-too-short", least),
        Fault::Null => t.text("fault-null"),
        Fault::TooSimilar => t.text("fault-too-similar"),
        Fault::TooCommon => t.text("fault-too-common"),
    }
}

/// What stands above a form that was not taken: what is wrong as a whole, and links to the fields.
#[derive(Clone, Debug, Template)]
#[template(path = "_summary.html")]
pub struct Summary {
    title: String,
    text: Option<String>,
    fields: Vec<Field>,
}

impl HtmlSafe for Summary {}

impl Summary {
    /// Of the fields that are wrong; `None` where none is.
    pub fn of(t: Text, fields: &[&Field]) -> Option<Self> {
        let wrong: Vec<Field> =
            fields.iter().filter(|field| !field.faults.is_empty()).map(|field| (*field).clone()).collect();
        let title = t.count("form-summary-title", wrong.len());
        (!wrong.is_empty()).then(|| Self { title: title.into_owned(), text: None, fields: wrong })
    }

    /// Of a "no" that concerns the form as a whole.
    pub fn of_problem(t: Text, problem: &Problem) -> Self {
        let key = format!("problem-{}", problem.code().as_str());
        let text = t.attribute(&key, "next").into_owned();
        Self { title: t.text(&key).into_owned(), text: Some(text), fields: Vec::new() }
    }
}
