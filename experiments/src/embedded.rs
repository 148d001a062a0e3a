//! The encoder that ships inside the program.
