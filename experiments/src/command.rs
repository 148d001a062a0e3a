//! The commands of the program, and their dispatch.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_commands::{inspect, kernel, pretrain, select, theorems, train};
use tangent_paper::{figure, report, reproduce, study, table};

/// Measures, before any training, how a language model will fine-tune.
///
/// Exit codes: 0 done; 1 the work failed, or its results cannot be written; 2 settings or files must be corrected; 130
/// interrupted.
#[derive(Debug, Parser)]
#[command(name = "tangent", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print no table and no progress, only warnings and errors.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Print the result as JSON on standard output instead of a table.
    #[arg(long, global = true)]
    json: bool,
    /// Treat warnings as errors: the command ends with exit code 2.
    #[arg(long, global = true)]
    strict: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Computes the exact neural tangent kernel of a LoRA-adapted encoder on a task, its spectrum and condition number.
    Kernel(Box<kernel::Args>),
    /// Ranks choices of layers and matrices to adapt by a score, without training.
    Select(Box<select::Args>),
    /// Fine-tunes the full model and its exact linearization side by side, and records the gap between them.
    Train(Box<train::Args>),
    /// Checks all eleven results, as printed and as repaired, on functions with certified constants and on a model.
    Theorems(Box<theorems::Args>),
    /// Measures a table of the paper, and shows it beside the numbers that the paper prints.
    Table(table::Args),
    /// Draws a figure of the paper from measurements.
    Figure(figure::Args),
    /// Tests whether the spectrum predicts: compares scores of choices of layers with the results of training.
    Study(study::Args),
    /// Draws one page on the whole paper, as HTML and Markdown, from the result files of a folder alone.
    Report(report::Args),
    /// Reproduces the paper: every table but the fifth, every figure, all eleven results, the study, and the report.
    Reproduce(reproduce::Args),
    /// Shows what a model's folder holds: architecture, modules that can be adapted, parameters, and what is missing.
    Inspect(inspect::Args),
    /// Makes the embedded encoder again: masked-language-model pretraining on generated text.
    Pretrain(pretrain::Args),
    /// Prints completions for a shell on standard output.
    Completions {
        /// The shell that the completions are for.
        shell: Shell,
    },
}

/// Runs the command that the arguments name, and returns the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return not_a_command(&usage),
    };
    let console = Console::new(cli.quiet, cli.json, cli.strict);
    let interrupt = Interrupt::listen();
    // The order in which OpenBLAS sums depends on its number of threads; results must not.
    tangent_spectral::set_threads(1);
    let done = run(cli.command, &console, &interrupt).and_then(|()| console.allow_warnings());
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console.error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// Prints the help, the version, or the problem with the arguments, and returns the exit code.
fn not_a_command(usage: &clap::Error) -> ExitCode {
    let printed = usage.print().and_then(|()| io::stdout().flush());
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2)),
    }
}

fn run(command: Command, console: &Console, interrupt: &Interrupt) -> Result<()> {
    match command {
        Command::Kernel(args) => kernel::run(&args, console, interrupt),
        Command::Select(args) => select::run(&args, console, interrupt),
        Command::Train(args) => train::run(&args, console, interrupt),
        Command::Theorems(args) => theorems::run(&args, console, interrupt),
        Command::Table(args) => table::run(&args, console, interrupt),
        Command::Figure(args) => figure::run(&args, console, interrupt),
        Command::Study(args) => study::run(&args, console, interrupt),
        Command::Report(args) => report::run(&args, console),
        Command::Reproduce(args) => reproduce::run(&args, console, interrupt),
        Command::Inspect(args) => inspect::run(&args, console),
        Command::Pretrain(args) => pretrain::run(&args, console, interrupt),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tangent", &mut script);
            console.print(&String::from_utf8_lossy(&script))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
