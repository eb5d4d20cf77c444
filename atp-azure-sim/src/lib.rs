//! A simulator of Azure Resource Manager, in process or over HTTPS on loopback.
