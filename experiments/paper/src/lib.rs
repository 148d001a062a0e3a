//! The paper *Linearization Explains Fine-Tuning in Large Language Models*: its tables and figures, the study of
//! whether the spectrum predicts, and the report on all of them.

pub mod figure;
#[doc(hidden)]
pub mod fuzz;
pub mod protocol;
pub mod report;
pub mod reproduce;
pub mod study;
pub mod table;
