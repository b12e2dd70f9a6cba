//! Randomness that comes again for the same seed (SplitMix64).

use std::ops::Range;

/// A generator.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// From `DESK_SEED`, else from the clock; the seed is printed, so that a failure can be repeated.
    #[allow(clippy::print_stderr)]
    pub fn seeded() -> Chance {
        let nanos = || std::time::UNIX_EPOCH.elapsed().map_or(1, |d| d.as_nanos() as u64);
        let seed = std::env::var("DESK_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(nanos);
        eprintln!("DESK_SEED={seed}");
        Chance(seed)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.draw() % (range.end - range.start)
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: u64) -> bool {
        self.draw().is_multiple_of(n)
    }

    /// Small letters and digits.
    pub fn token(&mut self, length: usize) -> String {
        let letter = |n: u64| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[(n % 36) as usize]);
        (0..length).map(|_| letter(self.draw())).collect()
    }
}
