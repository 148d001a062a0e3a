//! Tests of the program from the outside, as a user runs it.

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
