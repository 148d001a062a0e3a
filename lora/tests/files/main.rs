//! The files of Hugging Face and PEFT, read and written: golden cases, PEFT's own choices, and everything that can be
//! wrong with a file.

mod adapter;
mod build;
mod checkpoint;
mod config;
mod folder;
mod head;
mod inspect;
mod selection;
