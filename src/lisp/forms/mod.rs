//! The forms of the language, each registered once: a row of `forms.clj`.
//!
//! A row says how a form is called and written, what it does, with examples, how it is indented, and what it becomes.
//! From the rows come the analyser's rewriting, `macroexpand`, `doc`, the reference, the formatter's indentation,
//! suggestions, and the hint "write (…)".
//!
//! ```text
//! ;;; when body                               the name, and flags
//! ;; (when test body…)                        how it is written
//! ;; ;? write (when test body…)               what an error suggests, if not just that
//! ;; The body if the test holds, else nil.    what it does, then examples
//! ;; (when (> 2 1) :yes)
//! ;; ;=> :yes
//! (when test & body)  (if test (do & body))   a pattern, and what a form like it becomes: any number of pairs
//! ```
//!
//! The flags:
//! - `body`: all lines within the form are indented by two; `block`: they are lined up with its first part.
//! - `special`: no local and no definition changes what the name means.
//! - `starred`: so it is with a `*` after the name, which is how Clojure's own expansions write the form.
//!
//! A form without a template is analysed by code (`analyse/special.rs`, `analyse/rewrite.rs`).
//!
//! # Patterns and templates
//! - A name in a pattern stands for any form, a keyword for itself, a list or vector for one with such parts.
//! - `& name` stands for the rest, `& (a b)` for the rest in twos; parts may follow.
//! - In a template a name is replaced by what it stands for; `& name` by all of it; `& (…)` is repeated for each.
//! - `name__auto__` is a new name in each expansion.
//! - `(recur …)` as a whole template: the patterns are tried again with these parts.
//! - `(%source name)` is the text of the part.
//!
//! What programs see of an expansion (`macroexpand`) is what Clojure 1.11.1 shows. What runs is the same but for four
//! reasons, which are why a pair may stand behind `:runs` or `:shows`: the analyser has something faster (`and`, `or`,
//! `if-not`, `inc`), Clojure's template names classes of its host (`delay`, `assert`), `:else` costs no step here, and a
//! name that Clojure makes anew cannot be shown (`doto`). `:wrong` is an error instead of an expansion.

mod expand;
mod table;
mod template;

pub use expand::{Expander, NoExpansion};
pub use table::{FormRow, Indent, all, find, usage};
