use std::collections::BTreeMap;
use std::path::Path;

use super::folder::{CONFIG_FILE, EXPECTED, TENSORS_FILE};
use super::supported::HEADS;
use super::{LoraConfig, Naming, Target};
use crate::config::EncoderConfig;
use crate::error::Error;
use crate::weights::{
    NamedTensors, Weights, head_outputs, head_tensors, write_file, write_safetensors,
};

/// What PEFT puts before the path of a module.
const WRAPPER: &str = "base_model.model.";

/// The two factors of a low-rank update $BA$, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// A, `[rank, in]`.
    pub a: Vec<f32>,
    /// B, `[out, rank]`.
    pub b: Vec<f32>,
}

/// A LoRA adapter: which modules, and their factors.
#[derive(Clone, Debug, PartialEq)]
pub struct Adapter {
    /// `adapter_config.json`.
    pub config: LoraConfig,
    /// The adapted modules, sorted by layer and path.
    pub targets: Vec<Target>,
    /// One for each target.
    pub factors: Vec<Factors>,
    /// A trained head's tensors: `classifier.weight`, `classifier.dense.bias`, ….
    pub head: Option<NamedTensors>,
    /// Whether the modules' paths begin with the architecture's name.
    pub naming: Naming,
}

impl Adapter {
    /// Reads `dir/adapter_config.json` and `dir/adapter_model.safetensors` for the given encoder.
    ///
    /// # Errors
    /// As [`LoraConfig::from_dir`], [`LoraConfig::targets`] and [`Weights::open_file`]; the tensors are not exactly
    /// those that the configuration selects in this encoder, or have other shapes: the adapter belongs to another
    /// base model.
    pub fn load(dir: &Path, encoder: &EncoderConfig) -> Result<Self, Error> {
        let config = LoraConfig::from_dir(dir)?;
        let path = dir.join(TENSORS_FILE);
        let file = Weights::open_expecting(&path, EXPECTED)?;
        let prefixed = format!("{WRAPPER}{}.", encoder.architecture.name());
        let naming = match file.names().any(|key| key.starts_with(&prefixed)) {
            true => Naming::Prefixed,
            false => Naming::Bare,
        };
        let targets = config.targets_named(encoder, naming)?;

        let mut expected = BTreeMap::new();
        for target in &targets {
            let module = target.module(encoder, naming);
            let ([rank, input], [output, _]) = target.shapes(encoder);
            expected.insert(
                factor_key(&module, "lora_A"),
                (module.clone(), "lora_A", vec![rank, input]),
            );
            expected.insert(
                factor_key(&module, "lora_B"),
                (module, "lora_B", vec![output, rank]),
            );
        }
        let head = announced_head(&config, &file, encoder);
        for (name, shape) in &head {
            let (module, tensor) = name.rsplit_once('.').unwrap_or((name, ""));
            expected.insert(
                format!("{WRAPPER}{name}"),
                (module.into(), tensor, shape.clone()),
            );
        }
        if let Some(key) = file.names().find(|&key| !expected.contains_key(key)) {
            return Err(Error::UnexpectedAdapterTensor {
                path,
                key: key.into(),
            });
        }
        let mut tensors = NamedTensors::new();
        for (key, (module, tensor, shape)) in expected {
            match file.info(&key) {
                None => return Err(Error::MissingAdapterTensor { path, key }),
                Some((found, _)) if found != shape => {
                    let (tensor, found) = (tensor.to_string(), found.to_vec());
                    return Err(Error::OtherBase {
                        path,
                        module,
                        tensor,
                        expected: shape,
                        found,
                    });
                }
                Some(_) => tensors.insert(key.clone(), file.read(&key)?),
            };
        }

        let mut take = |key: String| {
            tensors
                .remove(&key)
                .expect("every expected tensor was read above")
        };
        let factors = targets.iter().map(|target| {
            let module = target.module(encoder, naming);
            Factors {
                a: take(factor_key(&module, "lora_A")).1,
                b: take(factor_key(&module, "lora_B")).1,
            }
        });
        let factors = factors.collect();
        let head: NamedTensors = head
            .into_iter()
            .map(|(name, _)| (name.clone(), take(format!("{WRAPPER}{name}"))))
            .collect();
        Ok(Self {
            config,
            targets,
            factors,
            head: (!head.is_empty()).then_some(head),
            naming,
        })
    }

    /// Writes `adapter_config.json` and `adapter_model.safetensors` into `dir`, which is created, as PEFT does.
    /// With a head, the configuration lists it in `modules_to_save`.
    ///
    /// # Errors
    /// The folder cannot be written to; the disk is full.
    pub fn save(&self, dir: &Path, encoder: &EncoderConfig) -> Result<(), Error> {
        std::fs::create_dir_all(dir)
            .map_err(|e| Error::io(dir, "the folder to write to must be creatable", e))?;
        let mut tensors = Vec::new();
        for (target, factors) in self.targets.iter().zip(&self.factors) {
            let module = target.module(encoder, self.naming);
            let (a, b) = target.shapes(encoder);
            tensors.push((
                factor_key(&module, "lora_A"),
                a.to_vec(),
                factors.a.as_slice(),
            ));
            tensors.push((
                factor_key(&module, "lora_B"),
                b.to_vec(),
                factors.b.as_slice(),
            ));
        }
        for (name, (shape, values)) in self.head.iter().flatten() {
            tensors.push((format!("{WRAPPER}{name}"), shape.clone(), values));
        }
        write_safetensors(&dir.join(TENSORS_FILE), &tensors)?;
        let path = dir.join(CONFIG_FILE);
        let json = serde_json::to_vec_pretty(&self.config_with_head().to_json());
        write_file(
            &path,
            &json.map_err(|source| Error::Json {
                path: path.clone(),
                source,
            })?,
        )
    }

    /// The configuration, which must list the head where there is one: PEFT would not load it otherwise.
    fn config_with_head(&self) -> LoraConfig {
        let mut config = self.config.clone();
        if self.head.is_some() && !saves_head(&config) {
            config.modules_to_save = Some(HEADS.map(String::from).to_vec());
            config.task_type.get_or_insert_with(|| "SEQ_CLS".into());
        }
        config
    }
}

/// The head's tensors that the file has or the configuration says it has, with the shapes that they need.
fn announced_head(
    config: &LoraConfig,
    file: &Weights,
    encoder: &EncoderConfig,
) -> Vec<(String, Vec<usize>)> {
    let otherwise = encoder.labels.unwrap_or(2);
    let shape = |name: &str| Some(file.info(&format!("{WRAPPER}{name}"))?.0);
    let promised = saves_head(config).then_some(otherwise);
    head_outputs(encoder, shape, otherwise)
        .or(promised)
        .map_or_else(Vec::new, |classes| head_tensors(encoder, classes))
}

fn saves_head(config: &LoraConfig) -> bool {
    config
        .modules_to_save
        .iter()
        .flatten()
        .any(|module| module == HEADS[0])
}

fn factor_key(module: &str, factor: &str) -> String {
    format!("{WRAPPER}{module}.{factor}.weight")
}
