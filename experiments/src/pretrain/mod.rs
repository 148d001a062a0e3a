//! Masked-language-model pretraining of the embedded encoder.
