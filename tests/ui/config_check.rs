//! A check of another type.
use atp_iac::Config;

#[derive(Config)]
#[config(check = in_order)]
pub struct Pool {
    /// Fewest nodes.
    pub min: u32,
}

fn in_order(pool: &Pool) -> bool {
    pool.min > 0
}

fn main() {}
