//! Chance that follows from a seed (splitmix64).

use std::time::Duration;

/// Throws that are the same for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// Dice for one purpose: how often they are thrown changes nothing for the others.
    pub fn apart(&mut self) -> Dice {
        Dice(self.next())
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }

    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len() as u64) as usize]
    }

    /// Anything from a millisecond on, short times as often as long ones.
    pub fn time_up_to(&mut self, longest: Duration) -> Duration {
        let bits = 64 - (longest.as_millis() as u64).max(1).leading_zeros() as u64;
        let magnitude = 1_u64 << self.below(bits);
        Duration::from_millis(magnitude + self.below(magnitude)).min(longest)
    }
}
