//! Table 9: the hyperparameters.

use serde_json::Value;

use super::Made;
use super::record::TableRow;
use crate::protocol::{ALPHA, Profile, ProfileName, RANK, WARMUP, tables};

/// Makes Table 9: every setting that the paper prints, beside those of the profile `paper` and of `profile`.
pub(super) fn settings(profile: &Profile) -> Made {
    let printed = &tables()["table9"];
    let of = |profile: &Profile| {
        let [cola, sst2, yelp, imdb] = &profile.tasks;
        [
            ("optimiser", "AdamW".to_owned()),
            ("warm-up", WARMUP.to_string()),
            ("schedule", "linear".to_owned()),
            (
                "max length",
                cola.max_length
                    .map_or("the model's".into(), |n| n.to_string()),
            ),
            ("LoRA rank", RANK.to_string()),
            ("LoRA alpha", ALPHA.to_string()),
            ("epochs", profile.epochs.to_string()),
            ("batch, CoLA", cola.batch.to_string()),
            ("batch, SST-2", sst2.batch.to_string()),
            ("batch, Yelp", yelp.batch.to_string()),
            ("batch, IMDb", imdb.batch.to_string()),
            ("learning rate, CoLA", cola.rate.to_string()),
            ("learning rate, SST-2", sst2.rate.to_string()),
            ("learning rate, Yelp", yelp.rate.to_string()),
            ("learning rate, IMDb", imdb.rate.to_string()),
        ]
    };
    let paper = [
        &printed["optimizer"],
        &printed["warmup_ratio"],
        &printed["schedule"],
        &printed["max_length"],
        &printed["lora_rank"],
        &printed["lora_alpha"],
        &printed["epochs"],
        &printed["batch"]["CoLA"],
        &printed["batch"]["SST-2"],
        &printed["batch"]["Yelp"],
        &printed["batch"]["IMDb"],
        &printed["learning_rate"]["CoLA"],
        &printed["learning_rate"]["SST-2"],
        &printed["learning_rate"]["Yelp"],
        &printed["learning_rate"]["IMDb"],
    ];
    let full = Profile::named(ProfileName::Paper);
    let mut made = Made::with(&["setting", "paper", "profile `paper`", "this profile"]);
    let mut different = 0;
    for (((name, at_full_size), (_, here)), printed) in
        of(&full).into_iter().zip(of(profile)).zip(paper)
    {
        let printed = match printed {
            Value::String(text) => text.clone(),
            number => number
                .as_f64()
                .map_or("–".into(), |number| number.to_string()),
        };
        different += usize::from(printed != at_full_size);
        made.rows.push(TableRow {
            of: vec![name.to_owned(), printed, at_full_size, here],
            cells: Vec::new(),
        });
    }
    made.remarks.push(match different {
        0 => "The profile `paper` has every setting as printed.".to_owned(),
        some => format!("The profile `paper` differs from what is printed in {some} settings."),
    });
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_paper_is_as_printed() {
        let made = settings(&Profile::named(ProfileName::Embedded));
        assert_eq!(made.rows.len(), 15);
        for row in &made.rows {
            assert_eq!(row.of[1], row.of[2], "{}", row.of[0]);
        }
        assert!(made.remarks[0].contains("every setting as printed"));
    }
}
