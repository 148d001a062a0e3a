//! The words of the generated language.

mod nouns;
mod opinions;
mod verbs;
mod words;

pub(super) use nouns::*;
pub(super) use opinions::*;
pub(super) use verbs::*;
pub(super) use words::*;

/// Singular and plural.
pub(super) type Noun = (&'static str, &'static str);

/// Base, third person singular, past and past participle.
pub(super) type Verb = (&'static str, &'static str, &'static str, &'static str);
