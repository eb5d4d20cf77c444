//! Typed Azure resources and the provider that talks to Azure Resource Manager.

pub mod descriptor;
