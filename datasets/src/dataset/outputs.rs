//! A data set in the order of a model's outputs.

use super::{Dataset, Example};
use crate::error::Result;
use crate::task::label::Label;
use crate::task::outputs::{Class, assign};
use crate::task::{Target, Task};

impl Dataset {
    /// Returns the same examples with classes numbered as the outputs of a model, where `labels[i]` is the
    /// name that the model's `id2label` gives output i: class c of the result is output c.
    ///
    /// [`Dataset::target`] then has a name for every output: the data's name of the class, or the model's
    /// label where no class of the data has that output. Scores stay as they are.
    ///
    /// Classes are matched to labels by name: letters' case aside, `_`, `-` and blanks taken as one, numbers by
    /// value, `LABEL_7` as the number 7; for a published or generated task by every word that its
    /// classes are known by. The model may have outputs for classes that the data lack.
    ///
    /// Where names do not decide (no label names the class, or two labels or two classes are the same
    /// name), a sentence in [`Dataset::warnings`] says which class was taken for which output. If no label names
    /// a class and every class is a whole number below the number of outputs, class k is output k;
    /// otherwise classes that a label names have that output and the others take those that are left, in order.
    /// (`LABEL_7` names no class but the number 7, nor does `7` as the name of output 7.)
    /// A published task's classes that the model knows by `LABEL_i` alone are taken in the order of the
    /// numbers that the hub gives them, with such a warning.
    ///
    /// The sample that [`Dataset::sample`] draws with strata may depend on the numbers of the classes:
    /// among equal remainders the lower class comes first.
    ///
    /// # Errors
    /// [`Error::ModelLabels`](crate::Error::ModelLabels) for more classes than labels.
    ///
    /// ```
    /// use tangent_datasets::{Dataset, Label, Options, Split, Target, Task};
    /// let task = Task::named("sentiment")?;
    /// let options = Options { generate: Some(2), ..Options::default() };
    /// let data = Dataset::load(&task, None, Split::Train, &options)?;
    /// assert_eq!(data.examples[0].label, Label::Class(0));
    /// let data = data.with_model_labels(&["POSITIVE".into(), "NEGATIVE".into()])?;
    /// assert_eq!(data.examples[0].label, Label::Class(1));
    /// assert_eq!(data.target, Target::Classes(vec!["positive".into(), "negative".into()]));
    /// # Ok::<(), tangent_datasets::Error>(())
    /// ```
    pub fn with_model_labels(mut self, labels: &[String]) -> Result<Self> {
        let Target::Classes(names) = &self.target else {
            return Ok(self);
        };
        let assignment = assign(&self.known_classes(names), labels)?;
        let mut target = labels.to_vec();
        let mut taken = Vec::new();
        for (name, &output) in names.iter().zip(&assignment.outputs) {
            if let Some(label) = target.get_mut(output) {
                taken.push(format!("class `{name}` is output {output} (`{label}`)"));
                label.clone_from(name);
            }
        }
        if let Some(reason) = assignment.assumed {
            let warning = format!(
                "the model's labels {reason}: it is assumed that {}",
                taken.join(", ")
            );
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        self.target = Target::Classes(target);
        self.positive_class = renumbered(self.positive_class, &assignment.outputs);
        renumber(&mut self.examples, &assignment.outputs);
        Ok(self)
    }

    fn known_classes(&self, names: &[String]) -> Vec<Class> {
        match Task::named(&self.task) {
            Ok(task) => task.classes(names),
            // A person's own files.
            Err(_) => names.iter().map(|name| Class::of_name(name)).collect(),
        }
    }
}

/// Gives the examples of class c the class `numbers[c]`.
pub(super) fn renumber(examples: &mut [Example], numbers: &[usize]) {
    for example in examples {
        if let Label::Class(class) = &mut example.label {
            *class = renumbered(*class, numbers);
        }
    }
}

fn renumbered(class: usize, numbers: &[usize]) -> usize {
    numbers.get(class).copied().unwrap_or(class)
}
