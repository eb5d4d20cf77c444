//! A pool as configuration gives it.

use atp_iac::Config;

/// A pool, as configuration gives it.
#[derive(Clone, Debug, Config)]
#[config(check = check)]
pub struct PoolConfig {
    /// The size of its machines, such as `Standard_D8s_v5`.
    #[config(length = 1..=64)]
    pub size: String,
    /// The fewest nodes.
    #[config(range = 0..=1000)]
    pub minimum: u32,
    /// The most nodes; as many as the fewest where the pool does not scale.
    #[config(range = 1..=1000)]
    pub maximum: u32,
    /// The subnet that nodes and pods take their addresses from.
    pub subnet: String,
    /// Pods that fit on a node.
    #[config(default = 30, range = 10..=250)]
    pub max_pods: u32,
    /// Nodes that an upgrade adds for its time: a number, or a percentage of those that are there.
    #[config(default = "33%")]
    pub max_surge: String,
    /// Gigabytes of the disk of the operating system.
    #[config(default = 128, range = 30..=2048)]
    pub disk_gigabytes: u32,
    /// Whether that disk is in the machine itself, which is faster; sizes such as `Standard_D8ds_v5` have one.
    #[config(default = false)]
    pub ephemeral_disk: bool,
    /// Whether only pods that tolerate `workload=<pool>:NoSchedule` run on it.
    #[config(default = true)]
    pub dedicated: bool,
}

fn check(pool: &PoolConfig) -> Result<(), String> {
    let PoolConfig { size, minimum, maximum, max_surge, .. } = pool;
    if minimum > maximum {
        return Err(format!("`minimum` ({minimum}) is above `maximum` ({maximum})"));
    }
    if surge(max_surge, *maximum).is_none() {
        return Err(format!(
            "`max_surge` is a number such as `2` or a percentage such as `33%`, not `{max_surge}`"
        ));
    }
    if pool.ephemeral_disk && !has_local_disk(size) {
        return Err(format!(
            "`{size}` has no disk of its own for `ephemeral_disk`: use a size with a `d` behind its number, such as \
             `Standard_D8ds_v5`"
        ));
    }
    Ok(())
}

/// How many nodes an upgrade adds to `nodes`.
fn surge(text: &str, nodes: u32) -> Option<u32> {
    match text.strip_suffix('%') {
        Some(percentage) => {
            let percentage = percentage.parse::<u32>().ok().filter(|number| (1..=100).contains(number))?;
            Some((nodes * percentage).div_ceil(100))
        }
        None => text.parse().ok().filter(|number| *number > 0),
    }
}

/// Whether machines of a size have a disk in them: `Standard_D8ds_v5` has, `Standard_D8s_v5` has not.
fn has_local_disk(size: &str) -> bool {
    let series = size.split('_').nth(1).unwrap_or_default();
    let features = series.trim_start_matches(|c: char| c.is_ascii_uppercase());
    features.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').contains('d')
}

impl PoolConfig {
    /// The addresses that the pool takes of its subnet while it is upgraded at its largest: one for each node, and one
    /// for each pod that fits on it.
    pub fn addresses(&self) -> u32 {
        let nodes = self.maximum + surge(&self.max_surge, self.maximum).unwrap_or_default();
        nodes * (self.max_pods + 1)
    }

    pub(super) fn scales(&self) -> bool {
        self.minimum < self.maximum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_with_a_d_behind_its_number_has_a_disk_of_its_own() {
        for size in ["Standard_D8ds_v5", "Standard_D4ads_v5", "Standard_E16-4ds_v5"] {
            assert!(has_local_disk(size), "{size}");
        }
        for size in ["Standard_D8s_v5", "Standard_DS3_v2", "Standard_D4as_v5", "D8", ""] {
            assert!(!has_local_disk(size), "{size}");
        }
    }

    #[test]
    fn a_surge_is_a_number_or_a_percentage_and_is_rounded_up() {
        assert_eq!(
            [surge("2", 10), surge("33%", 10), surge("10%", 20), surge("1%", 3)].map(Option::unwrap),
            [2, 4, 2, 1]
        );
        for bad in ["", "0", "0%", "101%", "-1", "a", "%"] {
            assert_eq!(surge(bad, 10), None, "{bad}");
        }
    }
}
