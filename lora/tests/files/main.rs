//! Tests of reading and writing the files of Hugging Face and PEFT: golden cases, PEFT's own choices, and everything
//! that can be wrong with a file.

mod adapter;
mod adapter_kinds;
mod build;
mod checkpoint;
mod config;
mod drawn;
mod folder;
mod head;
mod hostile;
mod inspect;
mod labels;
mod selection;
mod sizes;
