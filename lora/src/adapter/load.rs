use std::path::Path;

use super::config::task;
use super::expected::Expected;
use super::folder::{EXPECTED, PICKLE_FILE, TENSORS_FILE};
use super::select::{Saved, Selection};
use super::{Adapter, Factors, LoraConfig, Naming, Place, Target, keys};
use crate::config::{Architecture, EncoderConfig, Labels};
use crate::error::Error;
use crate::weights::{NamedTensors, Weights, head_outputs, head_tensors, is_there, pooler_tensors};

impl Adapter {
    /// Reads `dir/adapter_config.json` and `dir/adapter_model.safetensors` for the given encoder. It accepts whatever
    /// PEFT reads as plain LoRA, and adds a warning for everything in the files that fits nothing in the model.
    ///
    /// # Errors
    /// As [`LoraConfig::from_dir`] and [`Weights::open_file`]; the folder has a pickle instead of the tensors; the
    /// configuration selects no module, or one that cannot be adapted here; a tensor that the configuration selects in
    /// this encoder is missing or has another shape, so the adapter belongs to another base model.
    pub fn load(dir: &Path, encoder: &EncoderConfig) -> Result<Self, Error> {
        let config = LoraConfig::from_dir(dir)?;
        let (path, pickle) = (dir.join(TENSORS_FILE), dir.join(PICKLE_FILE));
        if !path.exists() && pickle.exists() {
            return Err(Error::Pickle {
                path: pickle,
                name: PICKLE_FILE,
                wanted: TENSORS_FILE,
            });
        }
        Self::read(config, &Weights::open_expecting(&path, EXPECTED)?, encoder)
    }

    /// Returns the adapter that a configuration and a file of tensors describe.
    pub(crate) fn read(
        config: LoraConfig,
        file: &Weights,
        encoder: &EncoderConfig,
    ) -> Result<Self, Error> {
        let naming = keys::naming(file.names(), encoder.architecture);
        let selection = config.selection(encoder, naming)?;
        let mut warnings = config.ignored();
        warnings.extend(passed_over(&selection));
        let Selection {
            mut targets,
            unread,
            saved,
            ..
        } = selection;
        let names = Names {
            file,
            encoder,
            naming,
        };
        warnings.extend(names.leave_pooler(&mut targets));
        let whole = names.whole_parts(&saved, &targets);
        let unread_pooler = names.unread_pooler();
        if unread_pooler.iter().any(|key| file.contains(key)) {
            warnings.push(format!(
                "{}: the adapter saves a pooler, which no classification head of this architecture reads; it is left out",
                file.path().display()
            ));
        }

        let mut expected = Expected::default();
        for target in &targets {
            let (module, (a, b)) = (target.module(encoder, naming), target.shapes(encoder));
            let [key_a, key_b] = names.factors(target);
            expected.add(key_a, &module, "lora_A", a.into());
            expected.add(key_b, &module, "lora_B", b.into());
        }
        for (name, shape) in &whole {
            let (module, tensor) = name.rsplit_once('.').unwrap_or((name, ""));
            expected.add(names.whole(name), module, tensor, shape.clone());
        }
        let unread: Vec<String> = unread
            .iter()
            .flat_map(|module| keys::factors(module))
            .chain(unread_pooler)
            .collect();
        warnings.extend(expected.surplus(file, |key| unread.iter().any(|other| other == key)));
        let mut tensors = expected.read(file)?;

        let mut take = |key: String| {
            let missing = || Error::MissingAdapterTensor {
                path: file.path().into(),
                key: key.clone(),
            };
            tensors.remove(&key).ok_or_else(missing)
        };
        let factors = targets.iter().map(|target| {
            let [a, b] = names.factors(target).map(&mut take);
            Ok(Factors { a: a?.1, b: b?.1 })
        });
        let factors = factors.collect::<Result<_, Error>>()?;
        let head = whole.into_iter().map(|(name, _)| {
            let tensor = take(names.whole(&name))?;
            Ok((name, tensor))
        });
        let head = head.collect::<Result<NamedTensors, Error>>()?;
        warnings.extend(task::warning(&config, !head.is_empty()));
        Ok(Self {
            config,
            targets,
            factors,
            head: (!head.is_empty()).then_some(head),
            naming,
            warnings,
        })
    }
}

/// A file of tensors, with what determines its keys.
struct Names<'a> {
    file: &'a Weights,
    encoder: &'a EncoderConfig,
    naming: Naming,
}

impl Names<'_> {
    /// Returns the keys of A and B.
    fn factors(&self, target: &Target) -> [String; 2] {
        keys::factors(&target.module(self.encoder, self.naming))
    }

    /// Returns the key of a tensor of a part that is saved whole.
    fn whole(&self, name: &str) -> String {
        keys::whole(name, self.encoder.architecture, self.naming)
    }

    /// Removes the pooler from the targets if the file has no factors for it and there are other targets: such an
    /// adapter was made for a model without a pooler. Returns a warning that says so.
    fn leave_pooler(&self, targets: &mut Vec<Target>) -> Option<String> {
        let has_factors = |target: &Target| {
            self.factors(target)
                .iter()
                .any(|key| self.file.contains(key))
        };
        let left = |target: &Target| target.place == Place::Pooler && !has_factors(target);
        let pooler = targets.iter().find(|target| left(target)).cloned()?;
        if targets.len() == 1 {
            return None;
        }
        targets.retain(|target| target.place != Place::Pooler);
        Some(format!(
            "{}: `{}` is selected and has no factors: the adapter was made for a model without a pooler, so the pooler \
             is not adapted",
            self.file.path().display(),
            pooler.module(self.encoder, self.naming)
        ))
    }

    /// Returns the tensors, with the shapes that they need, of the parts that are whole in the file or that the
    /// configuration says are.
    fn whole_parts(&self, saved: &Saved, targets: &[Target]) -> Vec<(String, Vec<usize>)> {
        let (file, encoder) = (self.file, self.encoder);
        let otherwise = encoder.labels.as_ref().map_or(2, Labels::count);
        let shape = |name: &str| Some(file.info(&self.whole(name))?.0);
        let promised = saved.head.then_some(otherwise);
        let classes = head_outputs(encoder, shape, otherwise).or(promised);
        let mut parts = classes.map_or_else(Vec::new, |classes| head_tensors(encoder, classes));
        let pooler = pooler_tensors(encoder);
        let is_adapted = targets.iter().any(|target| target.place == Place::Pooler);
        let has_pooler = is_there(&pooler, |name| file.contains(&self.whole(name)));
        if saved.pooler || (has_pooler && !is_adapted) {
            parts.extend(pooler);
        }
        parts
    }

    /// Returns the keys under which an adapter of a RoBERTa may save a pooler, which no head reads; none for BERT.
    fn unread_pooler(&self) -> Vec<String> {
        let tensors = ["pooler.dense.weight", "pooler.dense.bias"];
        match self.encoder.architecture {
            Architecture::Bert => Vec::new(),
            Architecture::Roberta => tensors.map(|name| self.whole(name)).into(),
        }
    }
}

/// Returns one sentence for everything in a configuration that PEFT ignores for this model.
fn passed_over(selection: &Selection) -> Vec<String> {
    let mut sentences: Vec<String> = selection
        .unfit
        .iter()
        .map(|unfit| match unfit {
            Error::Config { key, .. } if key == "target_modules" => {
                format!("{unfit}; query and value are taken, as PEFT does")
            }
            unfit => format!("{unfit}; it is ignored, as PEFT does"),
        })
        .collect();
    sentences.extend(selection.unread.iter().map(|module| {
        format!("`{module}` is adapted and no classification head of this architecture reads it; it is left out")
    }));
    sentences.extend(selection.saved.ignored.iter().map(|entry| {
        format!(
            "adapter_config.json: `modules_to_save` names \"{entry}\", which this model does not have; it is ignored, \
             as PEFT does"
        )
    }));
    if selection.excludes_nothing {
        sentences.push(
            "adapter_config.json: `exclude_modules` names no module of this model; it is ignored, as PEFT does".into(),
        );
    }
    sentences
}
