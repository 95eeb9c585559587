//! Numbers, money, dates and times as each language writes them.

use std::borrow::Cow;

use fluent_bundle::FluentValue;
use houselights_domain::{
    UtcMicros,
    money::{Currency, Minor},
};
use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{Language, Text};

/// Currencies whose sign everybody knows for theirs; others are written by their code.
const SIGNS: [(&str, char); 8] =
    [("EUR", '€'), ("GBP", '£'), ("INR", '₹'), ("JPY", '¥'), ("KRW", '₩'), ("TRY", '₺'), ("UAH", '₴'), ("USD", '$')];
/// Keeps an amount and its currency on one line.
const NO_BREAK: char = '\u{a0}';

impl Text {
    /// A whole number: `12,345`, `12.345`.
    pub fn number(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let sign = if number < 0 { "-" } else { "" };
        format!("{sign}{}", self.grouped(&digits))
    }

    /// An amount in a currency, an ISO 4217 code: `$9.50`, `9,50 €`; nothing at all is "free".
    pub fn money(self, amount: Minor, currency: &str) -> Cow<'static, str> {
        if amount.0 == 0 {
            return self.text("money-free");
        }
        let known: Option<Currency> = currency.parse().ok();
        let exponent = known.map_or(0, |currency| usize::from(currency.exponent()));
        let sign = SIGNS.iter().find(|(code, _)| *code == currency).map(|(_, sign)| sign.to_string());
        let digits = format!("{:0>width$}", amount.0.unsigned_abs(), width = exponent + 1);
        let (whole, rest) = digits.split_at(digits.len() - exponent);
        let mut number = self.grouped(whole);
        if !rest.is_empty() {
            number.push(if self.0 == Language::English { '.' } else { ',' });
            number.push_str(rest);
        }
        let minus = if amount.0 < 0 { "-" } else { "" };
        Cow::Owned(match (self.0, sign) {
            (Language::English, Some(sign)) => format!("{minus}{sign}{number}"),
            (Language::English, None) => format!("{currency}{NO_BREAK}{minus}{number}"),
            (Language::German | Language::Spanish, sign) => {
                format!("{minus}{number}{NO_BREAK}{}", sign.as_deref().unwrap_or(currency))
            }
        })
    }

    /// `Friday, 15 January 2027`.
    pub fn date_long(self, date: Date) -> Cow<'static, str> {
        self.date("date-long", date, "")
    }

    /// `Friday, 15 January`.
    pub fn date_day(self, date: Date) -> Cow<'static, str> {
        self.date("date-day", date, "")
    }

    /// `Fri 15 Jan`.
    pub fn date_short(self, date: Date) -> Cow<'static, str> {
        self.date("date-short", date, "short-")
    }

    /// "Today", "Tomorrow", or the day.
    pub fn date_seen_from(self, date: Date, today: Date) -> Cow<'static, str> {
        if date == today {
            return self.text("date-today");
        }
        if today.tomorrow().is_ok_and(|tomorrow| tomorrow == date) {
            return self.text("date-tomorrow");
        }
        self.date_day(date)
    }

    /// `Fri`.
    pub fn weekday_short(self, date: Date) -> Cow<'static, str> {
        self.text(&format!("weekday-short-{}", date.weekday().to_monday_one_offset()))
    }

    /// `19:30`.
    pub fn time(self, time: Time) -> Cow<'static, str> {
        Cow::Owned(format!("{:02}:{:02}", time.hour(), time.minute()))
    }

    /// `Friday, 15 January, 19:30`, on the wall clock of a cinema.
    pub fn moment(self, at: UtcMicros, zone: &TimeZone) -> Cow<'static, str> {
        let local = zone.to_datetime(at.timestamp());
        let (day, time) = (self.date_day(local.date()), self.time(local.time()));
        self.with("date-moment", &[("day", FluentValue::from(day)), ("time", FluentValue::from(time))])
    }

    /// `2 h 33 min`.
    pub fn duration(self, minutes: i64) -> Cow<'static, str> {
        let values = [("hours", FluentValue::from(minutes / 60)), ("minutes", FluentValue::from(minutes % 60))];
        match (minutes / 60, minutes % 60) {
            (0, _) => self.with("duration-minutes", &values[1..]),
            (_, 0) => self.with("duration-hours", &values[..1]),
            _ => self.with("duration-both", &values),
        }
    }

    fn date(self, key: &str, date: Date, form: &str) -> Cow<'static, str> {
        let weekday = self.text(&format!("weekday-{form}{}", date.weekday().to_monday_one_offset()));
        let month = self.text(&format!("month-{form}{}", date.month()));
        let values = [
            ("weekday", FluentValue::from(weekday)),
            ("day", FluentValue::from(i64::from(date.day()))),
            ("month", FluentValue::from(month)),
            // A text, because a number of a year has no separator in any language.
            ("year", FluentValue::from(date.year().to_string())),
        ];
        self.with(key, &values)
    }

    fn grouped(self, digits: &str) -> String {
        // Spanish leaves numbers of four digits together (Ortografía de la lengua española, 2010).
        let least = if self.0 == Language::Spanish { 5 } else { 4 };
        let separator = if self.0 == Language::English { ',' } else { '.' };
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && digits.len() >= least && (digits.len() - index).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn in_all(of: impl Fn(Text) -> String) -> [String; 3] {
        Language::ALL.map(|language| of(Text(language)))
    }

    #[test]
    fn money_is_written_by_language_and_currency() {
        let of = |amount, currency| in_all(|t| t.money(Minor(amount), currency).into_owned());
        assert_eq!(of(950, "EUR"), ["€9.50", "9,50\u{a0}€", "9,50\u{a0}€"]);
        assert_eq!(of(123_456, "USD"), ["$1,234.56", "1.234,56\u{a0}$", "1234,56\u{a0}$"]);
        assert_eq!(of(1_234_567, "JPY"), ["¥1,234,567", "1.234.567\u{a0}¥", "1.234.567\u{a0}¥"]);
        assert_eq!(of(5, "GBP"), ["£0.05", "0,05\u{a0}£", "0,05\u{a0}£"]);
        assert_eq!(of(1500, "CHF"), ["CHF\u{a0}15.00", "15,00\u{a0}CHF", "15,00\u{a0}CHF"]);
        assert_eq!(of(0, "EUR"), ["free", "frei", "gratis"]);
    }

    #[test]
    fn days_and_durations_are_written_by_language() {
        let day = date(2027, 1, 15);
        assert_eq!(
            in_all(|t| t.date_long(day).into_owned()),
            ["Friday, 15 January 2027", "Freitag, 15. Januar 2027", "viernes, 15 de enero de 2027"]
        );
        assert_eq!(in_all(|t| t.date_short(day).into_owned()), ["Fri 15 Jan", "Fr, 15. Jan.", "vie 15 ene"]);
        assert_eq!(in_all(|t| t.date_seen_from(day, date(2027, 1, 14)).into_owned()), ["Tomorrow", "Morgen", "Mañana"]);
        assert_eq!(
            in_all(|t| t.duration(153).into_owned()),
            ["2 h 33 min", "2 Std. 33 Min.", "2 h 33 min"].map(|text| text.replace(' ', "\u{a0}"))
        );
        assert_eq!(Text(Language::English).duration(45), "45\u{a0}min");
        assert_eq!(Text(Language::English).duration(120), "2\u{a0}h");
    }

    #[test]
    fn a_moment_is_on_the_cinema_s_wall_clock() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let text = Text(Language::German).moment(UtcMicros(1_800_000_000_000_000), &berlin);
        assert_eq!(text, "Freitag, 15. Januar, 09:00 Uhr");
        assert_eq!(Text(Language::German).number(-1_234_567), "-1.234.567");
    }
}
