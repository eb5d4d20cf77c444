//! Chance that follows from a seed: the same seed, purpose and number give the same draw.

use sha2::{Digest, Sha256};

/// A number from 0 to below 1.
pub(crate) fn draw(seed: u64, purpose: &str, number: u64) -> f64 {
    let digest = Sha256::digest(format!("{seed}/{purpose}/{number}").as_bytes());
    let bits = digest.iter().take(6).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    bits as f64 / (1_u64 << 48) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_spread_and_repeat() {
        let draws: Vec<f64> = (0..1000).map(|number| draw(7, "test", number)).collect();
        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
        let mean = draws.iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
        assert_eq!(draw(7, "test", 3), draws[3]);
        assert_ne!(draw(8, "test", 3), draws[3]);
    }
}
