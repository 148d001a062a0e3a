use std::collections::BTreeMap;

use crate::error::Error;
use crate::weights::{NamedTensors, Weights};

/// The tensors that a file must contain: for each key the module, the tensor's name and its shape.
#[derive(Default)]
pub(super) struct Expected(BTreeMap<String, (String, String, Vec<usize>)>);

impl Expected {
    pub(super) fn add(&mut self, key: String, module: &str, tensor: &str, shape: Vec<usize>) {
        self.0.insert(key, (module.into(), tensor.into(), shape));
    }

    /// Returns a sentence that names the tensors of the file that are neither expected nor allowed by `may_be`, if any.
    pub(super) fn surplus(&self, file: &Weights, may_be: impl Fn(&str) -> bool) -> Option<String> {
        let is_known = |key: &str| self.0.contains_key(key) || may_be(key);
        let mut others = file.names().filter(|&key| !is_known(key));
        let first = others.next()?;
        let belongs = match others.count() {
            0 => format!("`{first}` belongs"),
            count => format!("`{first}` and {count} more belong"),
        };
        Some(format!(
            "{}: {belongs} to no module that adapter_config.json selects in this model: perhaps the adapter was \
             made for another base model, or its configuration was changed; left out, as PEFT does",
            file.path().display()
        ))
    }

    /// Reads the expected tensors; an error if one is missing or has another shape.
    pub(super) fn read(self, file: &Weights) -> Result<NamedTensors, Error> {
        let path = file.path();
        let read =
            |(key, (module, tensor, shape)): (String, (String, String, Vec<usize>))| match file
                .info(&key)
            {
                None => Err(Error::MissingAdapterTensor {
                    path: path.into(),
                    key,
                }),
                Some((found, _)) if found != shape => Err(Error::OtherBase {
                    path: path.into(),
                    module,
                    tensor,
                    expected: shape,
                    found: found.into(),
                }),
                Some(_) => {
                    let read = file.read(&key)?;
                    Ok((key, read))
                }
            };
        self.0.into_iter().map(read).collect()
    }
}
