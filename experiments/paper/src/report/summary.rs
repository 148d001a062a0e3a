//! The summary of what was run, and the origin of every file.

use serde_json::Value;

use super::sources::{Print, Source, Sources, State};
use super::tree::{Cell, Column, Element, Kind, Section, Table, Tone};
use tangent_base::record::Provenance;

/// The origin of a result of any kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub(super) file: &'a str,
    print: &'a Print,
    pub(super) provenance: &'a Provenance,
}

impl<'a> Origin<'a> {
    /// Returns the origin of every result file that was accepted.
    pub(super) fn all(sources: &'a Sources) -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(Self::of(&sources.theorems, |result| &result.provenance));
        for (_, source) in &sources.tables {
            all.extend(Self::of(source, |result| &result.provenance));
        }
        for (_, source) in &sources.figures {
            all.extend(Self::of(source, |result| &result.provenance));
        }
        all.extend(Self::of(&sources.study, |result| &result.provenance));
        all
    }

    fn of<T>(source: &'a Source<T>, provenance: impl Fn(&'a T) -> &'a Provenance) -> Option<Self> {
        let State::There(print, result) = &source.state else {
            return None;
        };
        Some(Self {
            file: &source.file,
            print,
            provenance: provenance(result),
        })
    }
}

/// Returns the name of the files' profile; that of the first file if they differ.
pub(super) fn profile<'a>(origins: &[Origin<'a>]) -> Option<&'a str> {
    origins
        .iter()
        .find_map(|origin| origin.provenance.config["profile"]["name"].as_str())
}

/// Returns a short summary of what was run, with a warning if the files are of different runs.
pub(super) fn facts(origins: &[Origin]) -> Vec<Element> {
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut warnings = Vec::new();
    let mut fact = |name: &str, of: &dyn Fn(&Origin) -> Option<String>| {
        let mut values: Vec<(String, Vec<&str>)> = Vec::new();
        for origin in origins {
            let Some(value) = of(origin) else { continue };
            match values.iter_mut().find(|(known, _)| *known == value) {
                Some((_, files)) => files.push(origin.file),
                None => values.push((value, vec![origin.file])),
            }
        }
        match values.as_slice() {
            [] => {}
            [(value, _)] => facts.push((name.into(), value.clone())),
            several => {
                let several = several
                    .iter()
                    .map(|(value, files)| format!("{value} ({})", files.join(", ")));
                facts.push((name.into(), several.collect::<Vec<_>>().join("; ")));
                if matches!(name, "Profile" | "Model" | "Versions") {
                    warnings.push(name.to_lowercase());
                }
            }
        }
    };
    fact("Profile", &|o| {
        Some(format!(
            "`{}`",
            o.provenance.config["profile"]["name"].as_str()?
        ))
    });
    fact("Model", &|o| {
        o.provenance.config["model"].as_str().map(String::from)
    });
    fact("Data", &|o| data(&o.provenance.config["profile"]));
    fact("Sizes", &|o| sizes(&o.provenance.config["profile"]));
    fact("Seeds", &|o| {
        Some(list(&o.provenance.config["seeds"])).filter(|seeds| !seeds.is_empty())
    });
    fact("Rule of the pull", &|o| {
        Some(format!("`{}`", o.provenance.config["rule"].as_str()?))
    });
    fact("Machine", &|o| machine(&o.provenance.machine));
    fact("Versions", &|o| {
        let versions = o
            .provenance
            .versions
            .iter()
            .map(|(name, version)| format!("{name} {version}"));
        Some(versions.collect::<Vec<_>>().join(", "))
    });
    let starts = || origins.iter().map(|o| &*o.provenance.started);
    if let (Some(first), Some(last)) = (starts().min(), starts().max()) {
        let dates = if first == last {
            first.to_owned()
        } else {
            format!("{first} to {last}")
        };
        facts.push(("Begun, UTC".into(), dates));
        let total: f64 = origins.iter().map(|o| o.provenance.seconds).sum();
        facts.push(("Time, in all".into(), duration(total)));
    }
    let mut blocks = Vec::new();
    if !facts.is_empty() {
        blocks.push(Element::Facts(facts));
    }
    if !warnings.is_empty() {
        let text = format!(
            "The files are not of one run: they differ in {}.",
            warnings.join(", ")
        );
        blocks.push(Element::Warning(text));
    }
    blocks
}

/// Returns the paper's tasks and the tasks that were run in their place: `CoLA (acceptability), …`.
fn data(profile: &Value) -> Option<String> {
    let tasks = profile["tasks"].as_array()?.iter().filter_map(|task| {
        let (paper, task) = (task["paper"].as_str()?, task["task"].as_str()?);
        Some(match paper.to_lowercase().replace('-', "") == task {
            true => paper.to_owned(),
            false => format!("{paper} (`{task}`)"),
        })
    });
    Some(tasks.collect::<Vec<_>>().join(", "))
}

fn sizes(profile: &Value) -> Option<String> {
    let epochs = profile["epochs"].as_u64()?;
    let rows = |key: &str, most: u64| match profile[key].as_u64() {
        Some(rows) if rows < most => format!("at most {rows}"),
        _ => "all".into(),
    };
    Some(format!(
        "{} training rows, {} to evaluate on, {epochs} epochs",
        rows("train_n", u64::MAX),
        rows("eval_n", u64::from(u32::MAX))
    ))
}

fn list(values: &Value) -> String {
    let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
    values
        .iter()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn machine(machine: &Value) -> Option<String> {
    let memory = machine["memory"]
        .as_f64()
        .map_or(String::new(), |bytes| format!(", {:.0} GB", bytes / 1e9));
    Some(format!(
        "{}, {} threads{memory}, {}",
        machine["processor"].as_str()?,
        machine["threads"],
        machine["system"].as_str()?
    ))
}

/// Returns a duration such as `1 h 5 min`, `12 min 3 s` or `4.5 s`.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 60.0 => format!("{s:.1} s"),
        s if s < 3600.0 => format!("{:.0} min {:.0} s", (s / 60.0).floor(), (s % 60.0).floor()),
        s => format!(
            "{:.0} h {:.0} min",
            (s / 3600.0).floor(),
            (s % 3600.0 / 60.0).floor()
        ),
    }
}

/// Returns the choices where the paper is silent, of all files, each once.
pub(super) fn conventions(origins: &[Origin]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for convention in origins
        .iter()
        .flat_map(|origin| &origin.provenance.conventions)
    {
        if !all.contains(convention) {
            all.push(convention.clone());
        }
    }
    all
}

/// Adds a table with name, hash, command and time of every file.
pub(super) fn files(section: &mut Section, origins: &[Origin]) {
    let mut table = Table {
        caption: "The files that this report was drawn from".into(),
        columns: vec![
            Column::new("file", Kind::Name),
            Column::new("command", Kind::Text),
            Column::new("begun, UTC", Kind::Words),
            Column::new("time", Kind::Number),
            Column::new("seal", Kind::Words),
            Column::new("SHA-256", Kind::Text),
        ],
        rows: Vec::new(),
    };
    for origin in origins {
        let seal = match origin.print.sealed {
            true => Cell::toned("✓ whole", Tone::Signed),
            false => Cell::toned("○ unsealed", Tone::Signed),
        };
        table.rows.push(vec![
            Cell::new(format!("`{}`", origin.file)),
            Cell::new(format!("`{}`", origin.provenance.command)),
            Cell::new(&*origin.provenance.started),
            Cell::new(duration(origin.provenance.seconds)),
            seal,
            Cell::new(format!("`{}`", origin.print.sha256)),
        ]);
    }
    section.push(Element::Paragraph(
        "A sealed file holds the hash of its own content, and has that content; an unsealed one is taken as it is. \
         SHA-256 is of the file's bytes; times leave out runs that were there already."
            .into(),
    ));
    section.push(Element::Table(table));
}

#[cfg(test)]
mod tests {
    #[test]
    fn durations_have_the_unit_that_they_need() {
        let texts = [4.52, 59.96, 723.9, 3900.0].map(super::duration);
        assert_eq!(texts, ["4.5 s", "60.0 s", "12 min 3 s", "1 h 5 min"]);
    }
}
