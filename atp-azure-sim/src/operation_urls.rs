//! The URLs of operations: each service has its own.

use crate::operations::{Operation, Work};

/// The two URLs of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `Azure-AsyncOperation`: answers with a status.
    Status,
    /// `Location`: answers as the call would have.
    Result,
}

impl Operation {
    /// The path of one of its URLs. Each service has its own; those of storage and of groups are not in a location.
    /// <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>
    pub fn path(&self, form: Form, id: &str) -> String {
        let place = &self.place;
        let lower = place.to_ascii_lowercase();
        let service = lower.find("/locations/").map_or("", |end| &lower[..end]);
        let is = |namespace: &str| service.ends_with(&format!("/providers/{namespace}"));
        match form {
            Form::Result if is("microsoft.storage") => format!("{}/operations/{id}", &place[..service.len()]),
            Form::Result if matches!(self.work, Work::DeleteGroup(_)) => {
                let end = lower.find("/providers/").unwrap_or(place.len());
                format!("{}/operationresults/{id}", &place[..end])
            }
            Form::Status if is("microsoft.network") || is("microsoft.compute") => {
                format!("{place}/operations/{id}")
            }
            Form::Status => format!("{place}/operationStatuses/{id}"),
            Form::Result => format!("{place}/operationResults/{id}"),
        }
    }

    pub fn url(&self, base: &str, form: Form, id: &str, version: &str) -> String {
        let path = self.path(form, id);
        let is_storage = path.to_ascii_lowercase().contains("/providers/microsoft.storage/operations/");
        let monitor = if is_storage { "monitor=true&" } else { "" };
        format!("{base}{path}?{monitor}api-version={version}")
    }
}
