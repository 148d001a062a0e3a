//! The program as a user meets it.

mod bad_input;
mod cases;
mod interrupt;
mod kernel;
mod own;
mod program;
mod report;
mod reproduce;
mod results;
mod resume;
mod select;
mod table;
mod theorems;
mod train;
