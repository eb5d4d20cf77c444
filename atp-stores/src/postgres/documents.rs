//! Documents beside a state: a row each, which is written once.

use super::connection::{Database, Purpose};
use super::journal::PATIENCE;
use super::lock;
use atp_iac::StackName;
use atp_iac::state::{Folder, StateError, is_document_name};
use uuid::Uuid;

/// Which document.
pub struct Document<'a> {
    pub stack: &'a StackName,
    pub folder: Folder,
    pub name: &'a str,
}

const PUT: &str = "
INSERT INTO documents (stack, folder, name, writer, bytes) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (stack, folder, name) DO NOTHING";
const WRITER: &str = "SELECT writer FROM documents WHERE stack = $1 AND folder = $2 AND name = $3";
const GET: &str = "SELECT bytes FROM documents WHERE stack = $1 AND folder = $2 AND name = $3";
const NAMES: &str = "SELECT name FROM documents WHERE stack = $1 AND folder = $2";
const REMOVE: &str = "DELETE FROM documents WHERE stack = $1 AND folder = $2 AND name = $3";

impl Document<'_> {
    /// Keeps it, unless there is one of that name.
    pub async fn put(&self, database: &Database, bytes: &[u8]) -> Result<bool, StateError> {
        self.check_name()?;
        // Tells this writer, when the answer to an earlier try was lost, that the document there is its own.
        let writer = Uuid::new_v4();
        let (stack, folder, name) = (self.stack.to_string(), self.folder.name(), self.name);
        let mut tries = database.tries(PATIENCE, Purpose::Write);
        loop {
            let again = tries.again();
            let attempt = async {
                let client = database.client().await?;
                if client.execute(PUT, &[&stack, &folder, &name, &writer, &bytes]).await? > 0 {
                    return Ok(true);
                }
                if !again {
                    return Ok(false);
                }
                let row = client.query_opt(WRITER, &[&stack, &folder, &name]).await?;
                Ok(row.map(|row| row.try_get::<_, Uuid>(0)).transpose()? == Some(writer))
            };
            if let Some(done) = tries.settle(attempt).await {
                return done;
            }
        }
    }

    /// Its bytes.
    pub async fn get(&self, database: &Database) -> Result<Option<Vec<u8>>, StateError> {
        self.check_name()?;
        let (stack, folder, name) = (self.stack.to_string(), self.folder.name(), self.name);
        let mut tries = database.tries(lock::PATIENCE, Purpose::Read);
        loop {
            let attempt = async {
                let client = database.client().await?;
                let row = client.query_opt(GET, &[&stack, &folder, &name]).await?;
                Ok(row.map(|row| row.try_get(0)).transpose()?)
            };
            if let Some(done) = tries.settle(attempt).await {
                return done;
            }
        }
    }

    /// Removes it, if it is there.
    pub async fn remove(&self, database: &Database) -> Result<(), StateError> {
        self.check_name()?;
        let (stack, folder, name) = (self.stack.to_string(), self.folder.name(), self.name);
        let mut tries = database.tries(PATIENCE, Purpose::Write);
        loop {
            let attempt = async {
                let client = database.client().await?;
                Ok(client.execute(REMOVE, &[&stack, &folder, &name]).await.map(drop)?)
            };
            if let Some(done) = tries.settle(attempt).await {
                return done;
            }
        }
    }

    fn check_name(&self) -> Result<(), StateError> {
        match is_document_name(self.name) {
            true => Ok(()),
            false => Err(StateError::DocumentName { name: self.name.to_owned() }),
        }
    }
}

/// The names of the documents in a folder, in order.
pub async fn names(
    database: &Database,
    stack: &StackName,
    folder: Folder,
) -> Result<Vec<String>, StateError> {
    let mut tries = database.tries(lock::PATIENCE, Purpose::Read);
    loop {
        let attempt = async {
            let client = database.client().await?;
            let rows = client.query(NAMES, &[&stack.to_string(), &folder.name()]).await?;
            let mut names: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
            // The order of the database depends on its language.
            names.sort();
            Ok(names)
        };
        if let Some(done) = tries.settle(attempt).await {
            return done;
        }
    }
}
