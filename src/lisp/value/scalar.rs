//! Booleans and doubles of eight bytes: as every kind of value then holds one whole word beside its kind, values and
//! results are passed in registers.

/// `true` or `false`, as a value holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u64)]
pub enum Boolean {
    /// `false`.
    False,
    /// `true`.
    True,
}

impl Boolean {
    /// The truth of it.
    #[inline]
    pub fn get(self) -> bool {
        self == Self::True
    }
}

impl From<bool> for Boolean {
    #[inline]
    fn from(yes: bool) -> Self {
        if yes { Self::True } else { Self::False }
    }
}

/// A double, as a value holds it: its bits.
#[derive(Clone, Copy)]
pub struct Double(u64);

impl Double {
    /// The number.
    #[inline]
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl From<f64> for Double {
    #[inline]
    fn from(number: f64) -> Self {
        Self(number.to_bits())
    }
}

impl std::fmt::Debug for Double {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}
