//! What a store said, for people: servers answer with XML, of which the code is what matters.

use object_store::Error;
use std::io;

/// An error, in a sentence.
pub fn told(error: Error) -> io::Error {
    let text = error.to_string();
    let code = code(&text);
    let by_code = code.map(|code| format!("the store says {code}")).unwrap_or_else(|| text.clone());
    let denied = |what: &str| io::Error::new(io::ErrorKind::PermissionDenied, format!("{what} ({by_code})"));
    match (&error, code) {
        (_, Some("NoSuchBucket" | "ContainerNotFound")) | (Error::NotFound { .. }, _) => {
            io::Error::new(io::ErrorKind::NotFound, "there is no such container or bucket")
        }
        (_, Some("AuthorizationPermissionMismatch")) => {
            denied("access is not allowed: the identity needs the role Storage Blob Data Contributor")
        }
        (Error::Unauthenticated { .. }, _)
        | (
            _,
            Some("AuthenticationFailed" | "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken"),
        ) => denied("the credentials were not accepted"),
        (Error::PermissionDenied { .. }, _) | (_, Some("AuthorizationFailure" | "AccessDenied")) => {
            denied("access is not allowed")
        }
        _ => io::Error::other(by_code),
    }
}

/// The code in an answer.
fn code(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    (!code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> Error {
        Error::Generic { store: "S3", source: text.into() }
    }

    #[test]
    fn the_code_of_an_answer_decides_what_is_told() {
        let gone = told(generic("404: <Error><Code>NoSuchBucket</Code></Error>"));
        assert_eq!(gone.to_string(), "there is no such container or bucket");
        let denied = told(generic("403: <Code>AuthorizationPermissionMismatch</Code>"));
        assert_eq!(denied.kind(), io::ErrorKind::PermissionDenied);
        assert!(denied.to_string().contains("Storage Blob Data Contributor"), "{denied}");
        assert_eq!(told(generic("<Code>SlowDown</Code>")).to_string(), "the store says SlowDown");
        assert_eq!(told(generic("no route")).to_string(), "Generic S3 error: no route");
    }
}
