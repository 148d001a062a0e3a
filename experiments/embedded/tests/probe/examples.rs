use tangent_datasets::{Dataset, Encoded, Label, Options, Split, Task};
use tangent_embedded as embedded;
use tangent_lora::{Batch, Sequence};

/// Encoded examples of a generated task, sorted by length, because neighbours of similar length are computed faster
/// together.
pub struct Examples {
    pub sequences: Vec<Sequence>,
    /// The classes, 0 or 1.
    pub classes: Vec<usize>,
}

impl Examples {
    pub fn load(task: &str, split: Split, count: usize) -> Self {
        let source = embedded::load().unwrap();
        let options = Options {
            generate: Some(count),
            ..Options::default()
        };
        let data = Dataset::load(&Task::named(task).unwrap(), None, split, &options).unwrap();
        let encoded = source.tokenizer.encode_all(&data.examples, 160).unwrap();
        let sequence = |e: &Encoded| Sequence::new(&source.config, &e.ids, &e.types).unwrap();
        let mut pairs: Vec<(Sequence, usize)> = encoded
            .iter()
            .zip(&data.examples)
            .map(|(encoded, example)| match example.label {
                Label::Class(class) => (sequence(encoded), class),
                other => panic!("{task} has classes, not {other:?}"),
            })
            .collect();
        pairs.sort_by_key(|(sequence, _)| sequence.tokens());
        let (sequences, classes) = pairs.into_iter().unzip();
        Self { sequences, classes }
    }

    /// Returns batches of `size` examples, each with its classes.
    pub fn batches(&self, size: usize) -> Vec<(Batch, &[usize])> {
        let batch = |chunk: &[Sequence]| Batch::new(&chunk.iter().collect::<Vec<_>>());
        let batches = self.sequences.chunks(size).map(batch);
        batches.zip(self.classes.chunks(size)).collect()
    }
}
