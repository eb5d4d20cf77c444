//! Instants as text. Inside of the cloud an instant is a count of milliseconds since 1970.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

fn instant(milliseconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

pub(crate) fn milliseconds(instant: OffsetDateTime) -> i64 {
    i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// `2026-11-23T12:33:38.5Z`
pub(crate) fn rfc3339(milliseconds: i64) -> String {
    instant(milliseconds).format(&Rfc3339).unwrap_or_default()
}

/// `Mon, 23 Nov 2026 12:33:38 GMT`, as in the header `Date`.
pub(crate) fn http_date(milliseconds: i64) -> String {
    let at = instant(milliseconds);
    let (day, month) = (at.weekday().to_string(), at.month().to_string());
    format!(
        "{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
        &day[..3],
        at.day(),
        &month[..3],
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `20261123T123338Z`, as in `x-ms-routing-request-id`.
pub(crate) fn compact(milliseconds: i64) -> String {
    let at = instant(milliseconds);
    format!(
        "{}{:02}{:02}T{:02}{:02}{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}
