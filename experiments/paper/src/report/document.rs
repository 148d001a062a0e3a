//! The sections of a report, in their order.

use std::path::Path;

use super::sources::{Source, Sources, State};
use super::summary::{self, Origin};
use super::tree::{Document, Element, Section};
use super::{figures, results, study, tables};
use crate::protocol::FailedPart;

/// Returns the report as a tree.
pub(super) fn document(sources: &Sources, dir: &Path) -> Document {
    let origins = Origin::all(sources);
    let parts = Parts {
        profile: summary::profile(&origins),
        dir,
        failed: sources.failed.there().map_or(&[], Vec::as_slice),
    };
    let mut sections = vec![what_was_run(sources, &origins)];
    let title = "Eleven results · as the paper states them, and as repaired";
    sections.push(parts.section(
        "results",
        title,
        "theorems",
        &sources.theorems,
        results::fill,
    ));
    let mut tables_section = Section::new("tables", "Tables · ours beside the paper's");
    for (number, source) in &sources.tables {
        if *number == 6 {
            let mut fifth = Section::new("table5", "Table 5 · decoders");
            fifth.push(Element::Absent(
                "Not there yet: decoders (GPT-2 and OPT-125M) come later.".into(),
            ));
            fifth.push(Element::Table(tables::printed_table_5()));
            tables_section.sections.push(fifth);
        }
        let title = titled(
            &format!("Table {number}"),
            source.there().map(|t| t.title.as_str()),
        );
        let (id, part) = (format!("table{number}"), format!("table {number}"));
        tables_section
            .sections
            .push(parts.section(&id, &title, &part, source, tables::fill));
    }
    sections.push(tables_section);
    let mut figures_section = Section::new("figures", "Figures · drawn from measurement");
    for (number, source) in &sources.figures {
        let title = titled(
            &format!("Figure {number}"),
            source.there().map(|f| f.title.as_str()),
        );
        let (id, part) = (format!("figure{number}"), format!("figure {number}"));
        figures_section
            .sections
            .push(parts.section(&id, &title, &part, source, figures::fill));
    }
    sections.push(figures_section);
    let title = titled(
        "Study",
        sources.study.there().map(|study| study.title.as_str()),
    );
    sections.push(parts.section("study", &title, "study", &sources.study, study::fill));
    let mut choices = Section::new("choices", "Choices · where the paper is silent");
    match summary::conventions(&origins) {
        none if none.is_empty() => {
            choices.push(Element::Absent("No result file names any.".into()))
        }
        some => choices.list(&some),
    }
    sections.push(choices);
    let mut files = Section::new(
        "files",
        "Files · the command and the hash behind every number",
    );
    match origins.is_empty() {
        true => files.push(Element::Absent("No result file is there.".into())),
        false => summary::files(&mut files, &origins),
    }
    sections.push(files);
    Document {
        title: "Linearization Explains Fine-Tuning in Large Language Models, reproduced".into(),
        subtitle: "The results, tables and figures of arXiv 2602.08239 by Rahimi Afzal, Esmaeilbeig, Soltanalian and \
                   Ohannessian, measured by tangent beside what the paper prints. Every number comes from a result \
                   file, none was typed."
            .into(),
        sections,
    }
}

fn what_was_run(sources: &Sources, origins: &[Origin]) -> Section {
    let mut section = Section::new("run", "What was run");
    section.blocks = summary::facts(origins);
    let judged = sources.judged();
    let all = judged.there.len() + judged.absent.len() + judged.refused.len();
    section.push(Element::Paragraph(format!(
        "Drawn from {} of {all} result files.",
        judged.there.len()
    )));
    for (file, reason) in &judged.refused {
        section.push(Element::Warning(format!(
            "Nothing is drawn from `{file}`: {reason}."
        )));
    }
    for FailedPart { part, reason } in sources.failed.there().into_iter().flatten() {
        section.push(Element::Warning(format!("Failed: {part}: {reason}")));
    }
    if !judged.absent.is_empty() {
        let absent: Vec<String> = judged
            .absent
            .iter()
            .map(|file| format!("`{file}`"))
            .collect();
        section.push(Element::Absent(format!(
            "Not there yet: {}.",
            absent.join(", ")
        )));
    }
    section
}

fn titled(name: &str, title: Option<&str>) -> String {
    title.map_or(name.into(), |title| format!("{name} · {title}"))
}

/// What the sections need to tell how an absent result file is made.
struct Parts<'a> {
    profile: Option<&'a str>,
    dir: &'a Path,
    failed: &'a [FailedPart],
}

impl Parts<'_> {
    /// Returns the section of a result file: its content, or the reason why there is none.
    fn section<T>(
        &self,
        id: &str,
        title: &str,
        part: &str,
        source: &Source<T>,
        fill: fn(&mut Section, &T),
    ) -> Section {
        let mut section = Section::new(id, title);
        let plain = |name: &str| name.to_lowercase().replace([' ', '-', '_'], "");
        for failed in self
            .failed
            .iter()
            .filter(|failed| plain(&failed.part) == plain(part))
        {
            section.push(Element::Warning(format!(
                "Failed when it was last tried: {}",
                failed.reason
            )));
        }
        match &source.state {
            State::There(_, result) => fill(&mut section, result),
            State::Absent => {
                section.push(Element::Absent(format!(
                    "Not there yet: `{}` makes it.",
                    self.command(part)
                )));
            }
            State::Refused(reason) => section.push(Element::Warning(format!(
                "Nothing is drawn from `{}`: {reason}. `{}` makes it anew.",
                source.file,
                self.command(part)
            ))),
        }
        section
    }

    /// Returns the command that makes a part.
    fn command(&self, part: &str) -> String {
        let what = match part {
            "theorems" => "reproduce --only theorems",
            other => other,
        };
        let mut command = format!("tangent {what}");
        if let Some(profile) = self.profile {
            command += &format!(" --profile {profile}");
        }
        if self.dir != Path::new("out/paper") {
            command += &format!(" --output {}", self.dir.display());
        }
        command
    }
}
