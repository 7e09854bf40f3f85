//! Numbers that are the same for the same seed, on every machine.

/// SplitMix64 (Steele, Lea, Flood 2014): short, and good enough to choose among sectors.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// True in `percent` of a hundred rolls.
    pub(crate) fn is_within(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }
}
