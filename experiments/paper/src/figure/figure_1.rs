//! Figure 1, measured: a training run leaves the tangent plane at θ₀, while its linearization stays in it.

use super::Made;
use super::paths::Job;
use crate::protocol::{Adapted, LAMBDA_OF_CHOICES as LAMBDA, Request};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_plot::{Chart, Colour, SpacePath, SurfaceChart};

const ADAPTED: Adapted = Adapted::query_value(&[0, 5, 11]);

/// Makes Figure 1, for the first seed on CoLA.
pub(super) fn make(request: &Request, console: &Console, interrupt: &Interrupt) -> Result<Made> {
    let mut made = Made::default();
    let task = &request.profile.tasks[0];
    let seed = request.seeds()[0];
    let group = request.group(task, &ADAPTED, seed);
    let prepared = group.inputs(console)?.prepare(&console.quieted())?;
    let job = Job {
        prepared: &prepared,
        recipe: group.recipe(LAMBDA),
        machine: &request.machine,
        interrupt,
    };
    let space = request.machine.device.run(request.machine.precision, job)?;
    let end = |path: &[(f64, f64, f64)]| path.last().map_or(f64::NAN, |p| p.2);
    let (full, linearized) = (end(&space.full), end(&space.linearized));
    made.remarks.push(format!(
        "{:.1} % of the squared lengths of both runs lie in the plane. At the end the outputs have moved by {full:.3} \
         along their own direction, those of the linearized model by {linearized:.3}. The paper's Figure 1 is a sketch; \
         this one is a measurement.",
        100.0 * space.share
    ));
    let chart = SurfaceChart {
        title: format!(
            "{}, {}, λ = {LAMBDA}, seed {seed}",
            task.name(),
            ADAPTED.name()
        ),
        x: "first direction of θ − θ₀".into(),
        y: "second".into(),
        z: "change of f(X)".into(),
        xs: space.xs,
        ys: space.ys,
        surface: space.surface,
        plane: space.plane,
        paths: vec![
            SpacePath {
                name: "full model, on its surface".into(),
                colour: Colour::Blue,
                dashed: false,
                points: space.full,
            },
            SpacePath {
                name: "linearized, in the tangent plane".into(),
                colour: Colour::Orange,
                dashed: true,
                points: space.linearized,
            },
        ],
    };
    made.panel(
        "paths",
        "The two principal directions of both runs, a plane through θ₀; above it the change of the outputs along the \
         direction in which training moves them: of the model (surface) and of its linearization (plane).",
        Chart::Surface(chart),
    );
    Ok(made)
}
