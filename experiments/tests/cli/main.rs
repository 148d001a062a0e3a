//! The program as a user meets it.

mod bad_input;
mod interrupt;
mod kernel;
mod program;
mod report;
mod reproduce;
mod results;
mod resume;
mod select;
mod table;
mod theorems;
mod train;
