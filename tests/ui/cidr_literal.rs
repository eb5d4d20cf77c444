//! IPv4 ranges that are none.
use atp_iac::cidr;

fn main() {
    let _ = cidr!("10.0.0.0/33");
    let _ = cidr!("10.0.0.1/16");
}
