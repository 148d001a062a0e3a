use super::select::Selection;
use crate::error::Error;

/// Returns one sentence for everything in a configuration that PEFT ignores for this model.
pub(super) fn passed_over(selection: &Selection) -> Vec<String> {
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
