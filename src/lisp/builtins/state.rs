//! Things that change: atoms, volatiles, delays, transients.

use super::builtins;

builtins! { State;
}
