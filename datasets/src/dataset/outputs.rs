//! Renumbering of a data set's classes in the order of a model's outputs.

use super::{Dataset, Example};
use crate::error::Result;
use crate::task::label::Label;
use crate::task::outputs::{Class, assign};
use crate::task::{Target, Task};

impl Dataset {
    /// Returns the same examples with their classes numbered as the outputs of a model: class c of the result is
    /// output c. `labels[i]` is the name of output i in the model's `id2label`.
    ///
    /// [`Dataset::target`] then has a name for every output: the data's name of the class, or the model's label if no
    /// class of the data has that output. Scores stay as they are.
    ///
    /// Classes are matched to labels by name. Letter case is ignored, `_`, `-` and blanks are the same, numbers are
    /// compared by value, and `LABEL_7` is the number 7. For a published or generated task every synonym of its
    /// classes is tried as well. The model may have outputs for classes that do not occur in the data.
    ///
    /// If names do not decide (no label names the class, or two labels or two classes have the same name), a sentence
    /// in [`Dataset::warnings`] says which class was assigned to which output. If no label names a class and every
    /// class is a whole number below the number of outputs, class k is output k. Otherwise classes that a label names
    /// have that output, and the other classes take the remaining outputs in order. (`LABEL_7`, and `7` as the label
    /// of output 7, only number an output: neither counts here as a label that names a class.) If a model knows the
    /// classes of a published task only as `LABEL_i`, they are taken in the order of the numbers that the hub gives
    /// them, with such a warning.
    ///
    /// A stratified sample ([`Dataset::sample`]) may depend on the numbers of the classes: among equal remainders the
    /// lower class comes first.
    ///
    /// # Errors
    /// [`Error::ModelLabels`](crate::Error::ModelLabels) if there are more classes than labels.
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
            // The task is a user's own files.
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
