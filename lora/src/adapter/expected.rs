use std::collections::BTreeMap;

use crate::error::Error;
use crate::weights::{NamedTensors, Weights};

/// The tensors that a file has to have: by key, with module, name and shape.
#[derive(Default)]
pub(super) struct Expected(BTreeMap<String, (String, String, Vec<usize>)>);

impl Expected {
    pub(super) fn add(&mut self, key: String, module: &str, tensor: &str, shape: Vec<usize>) {
        self.0.insert(key, (module.into(), tensor.into(), shape));
    }

    /// Reads these tensors and makes sure that there is no other, but for those that may be there.
    pub(super) fn read(
        self,
        file: &Weights,
        may_be: impl Fn(&str) -> bool,
    ) -> Result<NamedTensors, Error> {
        let path = file.path();
        let is_known = |key: &str| self.0.contains_key(key) || may_be(key);
        if let Some(key) = file.names().find(|&key| !is_known(key)) {
            return Err(Error::UnexpectedAdapterTensor {
                path: path.into(),
                key: key.into(),
            });
        }
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
