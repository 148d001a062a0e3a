//! `tangent report`: one page on the whole paper, drawn from result files alone.
//!
//! `sources` reads and checks the files; `document` and the modules of its sections make one `tree` of them; `page` and
//! `markdown` draw that tree.

mod bounds;
mod document;
mod figures;
mod markdown;
mod page;
mod results;
#[cfg(test)]
mod samples;
mod sources;
mod statements;
mod study;
mod summary;
mod tables;
mod tally;
mod theorems;
mod tree;

use std::path::{Path, PathBuf};

use serde::Serialize;

use document::document;
use sources::Sources;
use tangent_base::cli::{AnyPath, Console};
use tangent_base::output::Output;
use tangent_base::{Error, Result};
use tree::Section;

/// Settings of `tangent report`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Folder that holds the result files
    #[arg(value_name = "DIR", default_value = "out/paper")]
    pub dir: PathBuf,
    /// File for the page; its Markdown copy and the pictures are written beside it [default: report.html in DIR]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The files of a report that was drawn.
#[derive(Clone, Debug, Serialize)]
pub struct Drawn {
    /// The page.
    pub html: AnyPath,
    /// The same report as Markdown.
    pub markdown: AnyPath,
    /// The result files that the report was drawn from.
    pub files: Vec<String>,
    /// The result files that do not exist.
    pub absent: Vec<String>,
    /// The result files that were refused, each with the reason.
    pub refused: Vec<(String, String)>,
}

/// Runs the command.
///
/// # Errors
/// The folder does not exist; the report cannot be written; and, once it is written, refused result files.
pub fn run(args: &Args, console: &Console) -> Result<()> {
    let drawn = draw(&args.dir, args.output.as_deref())?;
    for (file, reason) in &drawn.refused {
        console.warn(format_args!("{}: {reason}", args.dir.join(file).display()));
    }
    console.result(&drawn, || {
        let all = drawn.files.len() + drawn.absent.len() + drawn.refused.len();
        format!(
            "{} and {}, drawn from {} of {all} result files\n",
            drawn.html.display(),
            drawn.markdown.display(),
            drawn.files.len()
        )
    })?;
    match drawn.refused.len() {
        0 => Ok(()),
        count => Err(Error::FilesRefused { count }),
    }
}

/// Draws the report of a folder, as HTML in `page` (`report.html` in the folder if that is not given), as Markdown
/// beside it, and its pictures.
///
/// # Errors
/// The folder does not exist, or the report cannot be written. Absent or refused result files are no error: the report
/// and the returned value name them.
pub fn draw(dir: &Path, page: Option<&Path>) -> Result<Drawn> {
    if !dir.is_dir() {
        return Err(Error::NoResults { dir: dir.into() });
    }
    let page = page.map_or_else(|| dir.join("report.html"), Path::to_owned);
    let markdown = page.with_extension("md");
    let (Some(name), Some(markdown_name)) = (file_name(&page), file_name(&markdown)) else {
        return Err(tangent_base::settings::refused("output", "names no file"));
    };
    if name == markdown_name {
        let problem = "is for the page as HTML; Markdown comes beside it, as FILE.md";
        return Err(tangent_base::settings::refused("output", problem));
    }
    let sources = Sources::of(dir);
    let document = document(&sources, dir);
    let parent = page.parent().filter(|parent| *parent != Path::new(""));
    let mut output = Output::open(parent.unwrap_or(Path::new(".")))?;
    for figure in document.sections.iter().flat_map(Section::figures) {
        output.picture(&format!("pictures/{}", figure.name), &figure.chart)?;
    }
    let text = self::markdown::markdown(&document);
    output.file(&markdown_name, |out| out.write_all(text.as_bytes()))?;
    let html = self::page::html(&document).map_err(|source| Error::Output {
        path: page.clone(),
        source,
    })?;
    output.file(&name, |out| out.write_all(html.as_bytes()))?;
    output.commit()?;
    let judged = sources.judged();
    Ok(Drawn {
        html: page.into(),
        markdown: markdown.into(),
        files: judged.there,
        absent: judged.absent,
        refused: judged.refused,
    })
}

/// Draws the report of a folder in which every result file holds these bytes. Returns whether any file was accepted,
/// and the page with its Markdown.
pub(crate) fn of_bytes(bytes: &[u8]) -> (bool, std::io::Result<(String, String)>) {
    let sources = Sources::among(&|_| Ok(bytes.to_vec()));
    let document = document(&sources, Path::new("results"));
    let page = page::html(&document).map(|html| (html, markdown::markdown(&document)));
    (!sources.judged().there.is_empty(), page)
}

fn file_name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use tangent_record::seal;

    fn folder() -> TempDir {
        let dir = TempDir::new().unwrap();
        let files = [
            ("table2.json", json!(samples::table(2))),
            ("figure2.json", json!(samples::figure(2))),
            ("study.json", json!(samples::study())),
            ("theorems.json", samples::theorems()),
        ];
        for (name, result) in files {
            fs::write(dir.path().join(name), seal(result).to_string()).unwrap();
        }
        dir
    }

    fn drawn(dir: &Path) -> (Drawn, String, String) {
        let drawn = draw(dir, None).unwrap();
        let (html, markdown) = (
            fs::read_to_string(&drawn.html),
            fs::read_to_string(&drawn.markdown),
        );
        (drawn, html.unwrap(), markdown.unwrap())
    }

    #[test]
    fn an_empty_folder_has_a_report_that_says_how_everything_is_made() {
        let dir = TempDir::new().unwrap();
        let (drawn, html, markdown) = drawn(dir.path());
        assert_eq!((drawn.files.len(), drawn.absent.len()), (0, 13));
        assert!(drawn.refused.is_empty());
        for part in ["table 2", "figure 3", "study", "reproduce --only theorems"] {
            assert!(
                html.contains(&format!("<code>tangent {part} --output ")),
                "{part}"
            );
            assert!(
                markdown.contains(&format!("`tangent {part} --output ")),
                "{part}"
            );
        }
        assert!(html.contains("decoders (GPT-2 and OPT-125M) come later"));
        assert_eq!(page::faults(&html), [] as [String; 0]);
    }

    #[test]
    fn a_report_is_one_well_formed_page_that_loads_nothing() {
        let dir = folder();
        let (drawn, html, markdown) = drawn(dir.path());
        assert_eq!(
            drawn.files,
            ["theorems.json", "table2.json", "figure2.json", "study.json"]
        );
        assert_eq!(page::faults(&html), [] as [String; 0]);
        for loads in ["<script", "http", "src=", "@import", "url("] {
            assert!(!html.contains(loads), "{loads}");
        }
        // The title of the sample table holds characters that need escaping.
        assert!(html.contains("choices &lt;b&gt;&amp;"));
        assert!(markdown.contains("choices \\<b>&"));
        assert!(html.contains("<svg role=\"img\" aria-label="));
        assert!(html.contains(">11618<") && markdown.contains("| 11618 |"));
        assert!(html.contains("✗ fails 1"), "Theorem 7 as printed");
        assert!(markdown.contains("![Losses](pictures/figure2-a.svg)"));
        for picture in [
            "figure2-a.svg",
            "figure2-a.png",
            "study-1.svg",
            "study-1.png",
        ] {
            assert!(
                dir.path().join("pictures").join(picture).is_file(),
                "{picture}"
            );
        }
    }

    #[test]
    fn the_same_files_give_the_same_bits() {
        let dir = folder();
        let (_, first, markdown) = drawn(dir.path());
        let (_, again, markdown_again) = drawn(dir.path());
        assert!(first == again && markdown == markdown_again);
    }

    #[test]
    fn a_refused_file_is_named_and_the_others_are_drawn() {
        let dir = folder();
        let table = dir.path().join("table2.json");
        let edited = fs::read_to_string(&table)
            .unwrap()
            .replace("11618", "11619");
        fs::write(table, edited).unwrap();
        fs::write(dir.path().join("figure2.json"), "{\"format\":").unwrap();
        let failed = json!([{"part": "table 3", "reason": "no model <there>"}]).to_string();
        fs::write(dir.path().join("failed.json"), failed).unwrap();
        let (drawn, html, markdown) = drawn(dir.path());
        let names: Vec<_> = drawn
            .refused
            .iter()
            .map(|(file, _)| file.as_str())
            .collect();
        assert_eq!(names, ["table2.json", "figure2.json"]);
        for page in [&html, &markdown] {
            assert!(page.contains("it was edited") && page.contains("it is not whole"));
            assert!(page.contains("Failed when it was last tried: no model"));
            assert!(
                page.contains("Rank correlation with the evaluation loss at the end, all choices")
            );
            assert!(!page.contains("11619"));
        }
        assert_eq!(page::faults(&html), [] as [String; 0]);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_report() {
        let dir = TempDir::new().unwrap();
        let absent = dir.path().join("absent");
        let message = draw(&absent, None).unwrap_err().to_string();
        assert!(message.contains("tangent reproduce"), "{message}");
        assert!(!absent.exists());
        let refused = draw(dir.path(), Some(Path::new("report.md"))).unwrap_err();
        assert_eq!(refused.exit_code(), 2);
    }
}
