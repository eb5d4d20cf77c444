//! Days, as configuration gives them: `2027-06-30`.

use atp_iac::config::{ConfigKind, ConfigReader, ConfigValue};
use std::fmt;

/// A day. Days are compared, and written into resources; nothing here knows which day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// From `2027-06-30`. `None` for anything else, and for days that no month has.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let is_number = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        if !is_number(year, 4) || !is_number(month, 2) || !is_number(day, 2) {
            return None;
        }
        let date = Date { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        (1..=date.days_of_month()).contains(&date.day).then_some(date)
    }

    /// None for a month that no year has.
    const fn days_of_month(self) -> u8 {
        let leap =
            self.year.is_multiple_of(4) && !self.year.is_multiple_of(100) || self.year.is_multiple_of(400);
        match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        }
    }

    /// Whether a month begins on it.
    pub const fn begins_a_month(self) -> bool {
        self.day == 1
    }

    /// Its beginning in UTC, as Azure writes times: `2027-06-30T00:00:00Z`.
    pub fn midnight(self) -> String {
        format!("{self}T00:00:00Z")
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl ConfigValue for Date {
    const KIND: ConfigKind = ConfigKind::Text;
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        let date = Date::parse(reader.text()?);
        if date.is_none() {
            reader.problem("expected a day, such as `2027-06-30`");
        }
        date
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_and_written_as_it_stands() {
        let date = Date::parse("2028-02-29").unwrap();
        assert_eq!(date.to_string(), "2028-02-29");
        assert_eq!(date.midnight(), "2028-02-29T00:00:00Z");
        assert!(!date.begins_a_month() && Date::parse("2028-03-01").unwrap().begins_a_month());
        assert!(date < Date::parse("2028-03-01").unwrap());
    }

    #[test]
    fn what_is_no_day_is_refused() {
        let wrong =
            ["", "2027", "2027-13-01", "2027-00-01", "2027-02-29", "2100-02-29", "27-01-01", "2027-1-1"];
        for text in wrong.iter().chain(&["2027-06-31", "2027-06-00", "2027-06-30T00:00:00Z", "+027-06-30"]) {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
