//! The services, and what each may do. This is the whole of it: what is not here, nobody may.

use crate::components::flux;

/// A service.
#[derive(Debug)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// Its service accounts.
    pub accounts: Accounts,
    /// What it may do. That services of the foundation read secrets and publish metrics is said there.
    pub rights: &'static [Right],
    /// Whether it has users in SQL databases.
    pub has_database_user: bool,
}

/// The service accounts that work as a service.
#[derive(Clone, Copy, Debug)]
pub enum Accounts {
    /// One of its own name, in the namespace of the platform.
    Own,
    /// Those of another namespace.
    Of(&'static str, &'static [&'static str]),
}

/// Something that a service may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Sends messages to a topic or queue.
    Sends(Entity),
    /// Receives the messages of a subscription or queue.
    Receives(Entity),
    /// Reads the blobs in the containers of all tenants that end so.
    ReadsBlobs(Account, &'static str),
    /// Reads, writes and deletes them.
    WritesBlobs(Account, &'static str),
    /// Reads and writes them, and deletes none.
    KeepsBlobs(Account, &'static str),
    /// Reads documents, where there are any.
    ReadsDocuments,
    /// Reads and writes documents, where there are any.
    WritesDocuments,
    /// Reads the values of secrets.
    ReadsSecrets,
    /// Signs with keys.
    Signs,
    /// Publishes metrics.
    PublishesMetrics,
    /// Pulls charts and manifests.
    PullsImages,
}

/// What messages are sent to or received from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A topic.
    Topic(&'static str),
    /// A subscription of a topic.
    Subscription(&'static str),
    /// A queue.
    Queue(&'static str),
}

/// A storage account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Blobs that are read and written daily.
    Hot,
    /// Blobs that nobody can change.
    Archive,
}

use Account::{Archive, Hot};
use Entity::{Queue, Subscription, Topic};
use Right::{
    KeepsBlobs, PublishesMetrics, PullsImages, ReadsBlobs, ReadsDocuments, ReadsSecrets, Receives, Sends,
    Signs, WritesBlobs, WritesDocuments,
};

/// All of them.
pub const SERVICES: [Service; 8] = [
    // Takes audit events in, hands them on, and keeps them.
    Service {
        name: "ingestion",
        accounts: Accounts::Own,
        rights: &[
            Sends(Topic("audit-events")),
            Receives(Subscription("audit-events-ingestion")),
            Receives(Queue("policy-decisions")),
            WritesBlobs(Hot, "hot"),
            KeepsBlobs(Archive, "audit-logs"),
        ],
        has_database_user: true,
    },
    // Answers questions.
    Service {
        name: "query",
        accounts: Accounts::Own,
        rights: &[ReadsBlobs(Hot, "hot"), ReadsDocuments],
        has_database_user: true,
    },
    // Keeps the views that questions are answered from.
    Service {
        name: "projection",
        accounts: Accounts::Own,
        rights: &[Receives(Subscription("audit-events-projection")), ReadsBlobs(Hot, "hot"), WritesDocuments],
        has_database_user: true,
    },
    // Writes what somebody asked for.
    Service {
        name: "export",
        accounts: Accounts::Own,
        rights: &[
            Receives(Queue("export-requests")),
            ReadsBlobs(Hot, "hot"),
            ReadsBlobs(Archive, "audit-logs"),
            WritesBlobs(Hot, "exports"),
        ],
        has_database_user: true,
    },
    // Proves that nothing was changed.
    Service {
        name: "integrity",
        accounts: Accounts::Own,
        rights: &[
            Receives(Subscription("audit-events-integrity")),
            ReadsBlobs(Archive, "audit-logs"),
            Signs,
            ReadsSecrets,
            PublishesMetrics,
        ],
        has_database_user: true,
    },
    // Lets requests in, and asks for exports.
    Service {
        name: "gateway",
        accounts: Accounts::Own,
        rights: &[Sends(Queue("export-requests")), ReadsSecrets, PublishesMetrics],
        has_database_user: false,
    },
    // Where policies of tenants are decided.
    Service {
        name: "admin",
        accounts: Accounts::Own,
        rights: &[Sends(Queue("policy-decisions")), ReadsSecrets, PublishesMetrics],
        has_database_user: true,
    },
    // Brings the others onto the cluster.
    Service {
        name: "gitops",
        accounts: Accounts::Of(flux::NAMESPACE, &["kustomize-controller", "source-controller"]),
        rights: &[PullsImages],
        has_database_user: false,
    },
];
