//! The resources of random programs: what each kind needs, and its properties.

use Kind::*;

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Group,
    Network,
    SecurityGroup,
    Subnet,
    Account,
    Container,
    Vault,
    VaultSecret,
    Identity,
    Assignment,
    Lock,
    Endpoint,
    Zone,
    ZoneLink,
    Record,
    PublicAddress,
    Workspace,
    Diagnostics,
}

/// All kinds, each after those that it may refer to, and how many of each a program may have at most.
pub(crate) const KINDS: [(Kind, u64); 18] = [
    (Group, 2),
    (Network, 2),
    (SecurityGroup, 1),
    (Subnet, 3),
    (Account, 2),
    (Container, 2),
    (Vault, 1),
    (VaultSecret, 1),
    (Identity, 2),
    (Assignment, 2),
    (Endpoint, 1),
    (Zone, 1),
    (ZoneLink, 1),
    (Record, 1),
    (PublicAddress, 1),
    (Workspace, 1),
    (Lock, 1),
    (Diagnostics, 1),
];

impl Kind {
    /// Its type in Azure.
    pub fn type_name(self) -> &'static str {
        match self {
            Group => "Microsoft.Resources/resourceGroups",
            Network => "Microsoft.Network/virtualNetworks",
            SecurityGroup => "Microsoft.Network/networkSecurityGroups",
            Subnet => "Microsoft.Network/virtualNetworks/subnets",
            Account => "Microsoft.Storage/storageAccounts",
            Container => "Microsoft.Storage/storageAccounts/blobServices/containers",
            Vault => "Microsoft.KeyVault/vaults",
            VaultSecret => "Microsoft.KeyVault/vaults/secrets",
            Identity => "Microsoft.ManagedIdentity/userAssignedIdentities",
            Assignment => "Microsoft.Authorization/roleAssignments",
            Lock => "Microsoft.Authorization/locks",
            Endpoint => "Microsoft.Network/privateEndpoints",
            Zone => "Microsoft.Network/privateDnsZones",
            ZoneLink => "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
            Record => "Microsoft.Network/privateDnsZones/A",
            PublicAddress => "Microsoft.Network/publicIPAddresses",
            Workspace => "Microsoft.OperationalInsights/workspaces",
            Diagnostics => "Microsoft.Insights/diagnosticSettings",
        }
    }

    /// What it refers to; the first is what it lies in. Of each, one of these kinds.
    pub fn needs(self) -> &'static [&'static [Kind]] {
        match self {
            Group => &[],
            Subnet => &[&[Network]],
            Container => &[&[Account]],
            VaultSecret => &[&[Vault]],
            Assignment => &[&[Group, Account, Vault, Network], &[Identity]],
            Lock => &[&[Workspace, Identity]],
            Endpoint => &[&[Group], &[Subnet], &[Account]],
            ZoneLink => &[&[Zone], &[Network]],
            Record => &[&[Zone]],
            Diagnostics => &[&[Vault], &[Workspace]],
            _ => &[&[Group]],
        }
    }

    /// Whether Azure calls it by a region, and by tags.
    pub fn is_tracked(self) -> bool {
        !matches!(self, Subnet | Container | VaultSecret | Assignment | Lock | Record | Diagnostics)
    }

    /// Whether it is the same in every region.
    pub fn is_global(self) -> bool {
        matches!(self, Zone | ZoneLink)
    }

    /// Whether it can be deleted by itself.
    pub fn can_be_deleted(self) -> bool {
        self != VaultSecret
    }
}
