//! Chance that repeats itself: the same seed gives the same numbers in every version and on every machine, which no
//! library's generator promises for its ranges.

/// `SplitMix64`, fixed by its definition: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
/// Not for secrets.
#[derive(Clone, Debug)]
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    /// A number of 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 ≤ x < 1.
    pub fn fraction(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An index into a list of `length`, which is not empty.
    pub fn index(&mut self, length: usize) -> usize {
        (self.fraction() * length as f64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::SplitMix64;

    /// The first numbers of seed 1234567, as Vigna's reference implementation prints them.
    #[test]
    fn draws_the_numbers_of_its_definition() {
        let mut random = SplitMix64(1_234_567);
        let drawn = [random.draw(), random.draw(), random.draw()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn stays_within_its_bounds() {
        let mut random = SplitMix64(7);
        assert!((0..1_000).all(|_| (0.0..1.0).contains(&random.fraction()) && random.index(3) < 3));
    }
}
