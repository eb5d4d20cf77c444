//! The file of passwords that the tools of PostgreSQL read: lines of `host:port:database:user:password`.

use super::address::AddressError;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// For what a password is asked.
pub struct Asked<'a> {
    pub host: &'a str,
    pub port: u16,
    pub database: &'a str,
    pub user: &'a str,
}

/// The password in the file that PGPASSFILE names, or else in `.pgpass` at home.
pub fn find(
    variable: &dyn Fn(&str) -> Option<String>,
    asked: &Asked<'_>,
) -> Result<Option<String>, AddressError> {
    let named = variable("PGPASSFILE").map(PathBuf::from);
    let at_home = || variable("HOME").map(|home| Path::new(&home).join(".pgpass"));
    let Some(file) = named.or_else(at_home) else { return Ok(None) };
    let wrong = |what: &dyn ToString| AddressError::Passfile {
        file: file.display().to_string(),
        what: what.to_string(),
    };
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(&error)),
    };
    if is_open_to_others(&file).map_err(|error| wrong(&error))? {
        return Err(wrong(&"others than its owner can read it; run `chmod 600` on it"));
    }
    Ok(search(&text, asked))
}

#[cfg(unix)]
fn is_open_to_others(file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(file)?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> io::Result<bool> {
    Ok(false)
}

fn search(text: &str, asked: &Asked<'_>) -> Option<String> {
    let Asked { host, port, database, user } = asked;
    let port = port.to_string();
    let lines = text.lines().filter(|line| !line.starts_with('#')).map(fields);
    let fits = |field: &str, asked: &str| field == "*" || field == asked;
    lines.into_iter().find_map(|fields| match &fields[..] {
        [a, b, c, d, password] if fits(a, host) && fits(b, &port) && fits(c, database) && fits(d, user) => {
            Some(password.clone())
        }
        _ => None,
    })
}

/// The fields of a line; `\` stands before a `:` or `\` that belongs to one.
fn fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ':' if fields.len() < 4 => fields.push(std::mem::take(&mut field)),
            '\\' => field.push(letters.next().unwrap_or(letter)),
            letter => field.push(letter),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked { host: "db", port: 5432, database: "states", user: "ann" };

    #[test]
    fn the_first_line_that_fits_gives_the_password() {
        let text =
            "# db:5432:states:ann:comment\nother:*:*:*:no\ndb:*:states:ann:a\\:b\\\\c:d\ndb:*:*:*:later\n";
        assert_eq!(search(text, &ASKED).as_deref(), Some("a:b\\c:d"));
        assert_eq!(search("db:5433:states:ann:x\nshort:line\n", &ASKED), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused_and_none_is_no_error() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("passwords");
        let home = folder.path().display().to_string();
        let named = file.display().to_string();
        let none = |name: &str| (name == "HOME").then(|| home.clone());
        assert_eq!(find(&none, &ASKED), Ok(None));
        let variable = |name: &str| (name == "PGPASSFILE").then(|| named.clone());
        fs::write(&file, "*:*:*:*:secret\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let error = find(&variable, &ASKED).unwrap_err().to_string();
        assert!(error.contains("chmod 600") && !error.contains("secret"), "{error}");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(find(&variable, &ASKED), Ok(Some("secret".into())));
    }
}
