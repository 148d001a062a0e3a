//! Charts of every kind, drawn as text and read again.

use std::fs;

use plotters::style::IntoFont;

use super::*;

fn svg(picture: &impl Picture) -> String {
    super::svg(picture).unwrap()
}

/// A picture that cannot be drawn.
struct Broken;

impl Picture for Broken {
    fn draw_on<D: DrawingBackend>(&self, _: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        Err("no such colour".into())
    }
}

#[test]
fn a_drawing_that_fails_is_an_error_in_a_page_and_in_a_file() {
    let dir = tempfile::tempdir().unwrap();
    for error in [
        super::svg(&Broken).unwrap_err(),
        draw(&Broken, &dir.path().join("a.svg")).unwrap_err(),
        draw(&Broken, &dir.path().join("a.png")).unwrap_err(),
    ] {
        assert_eq!(error.to_string(), "no such colour");
    }
}

fn words(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.into()).collect()
}

fn line(name: &str, points: &[(f64, f64)]) -> Line {
    Line {
        name: name.into(),
        colour: Colour::Blue,
        dashed: false,
        marked: true,
        points: points.into(),
    }
}

fn lines(scale: Scale, categories: &[&str], lines: Vec<Line>) -> Chart {
    Chart::Lines(LineChart {
        title: "Loss of a < b & c".into(),
        x: "epoch".into(),
        y: "mean of the data term".into(),
        scale,
        categories: words(categories),
        lines,
    })
}

fn bars(scale: Scale, groups: &[&str], values: &[Option<f64>], deviations: &[f64]) -> Chart {
    let series = ["training", "evaluation"].map(|name| Bars {
        name: name.into(),
        colour: Colour::Orange,
        values: values.into(),
        deviations: deviations.iter().map(|&d| Some(d)).collect(),
    });
    Chart::Bars(BarChart {
        title: "κ of four choices".into(),
        y: "κ(K + σI)".into(),
        scale,
        groups: words(groups),
        series: series.into(),
    })
}

fn scatter(scale: Scale, points: &[(f64, f64)]) -> Chart {
    Chart::Scatter(ScatterChart {
        title: "Does the spectrum predict?".into(),
        x: "κ at the start".into(),
        y: "loss at the end".into(),
        x_scale: scale,
        y_scale: Scale::Linear,
        series: vec![Dots {
            name: "choices".into(),
            colour: Colour::Green,
            points: points.into(),
        }],
    })
}

fn surface(points: usize) -> Chart {
    let places: Vec<f64> = (0..points).map(|i| i as f64).collect();
    let heights = |of: fn(f64, f64) -> f64| -> Vec<Vec<f64>> {
        let row = |&x: &f64| places.iter().map(|&y| of(x, y)).collect();
        places.iter().map(row).collect()
    };
    Chart::Surface(SurfaceChart {
        title: "A run and its linearization".into(),
        x: "first direction".into(),
        y: "second direction".into(),
        z: "output".into(),
        surface: heights(|x, y| (x - 2.0) * (x - 2.0) + y * y),
        plane: heights(|x, _| 4.0 - 4.0 * x),
        xs: places.clone(),
        ys: places,
        paths: vec![SpacePath {
            name: "full model".into(),
            colour: Colour::Blue,
            dashed: true,
            points: vec![(0.0, 0.0, 4.0), (1.0, 0.5, 1.0), (1.5, f64::NAN, 1.0)],
        }],
    })
}

fn samples() -> Vec<Chart> {
    let curve = [
        (0.0, 1.0),
        (1.0, -0.5),
        (2.0, f64::NAN),
        (3.0, 0.25),
        (4.0, f64::INFINITY),
    ];
    let long = [
        "encoder.layer.11.attention.output.dense",
        "layers 0, 5 and 11: query, key, value and output",
        "{0,5,7,11}",
    ];
    let many = long.repeat(12);
    let values = [Some(3.0), None, Some(2e4), Some(0.0)];
    let tasks = ["CoLA", "SST-2", "IMDb", "Yelp"];
    vec![
        lines(
            Scale::Linear,
            &[],
            vec![line("full", &curve), line("linearized", &curve)],
        ),
        lines(
            Scale::FromZero,
            &["a", "b", "c"],
            vec![line("named", &curve)],
        ),
        lines(Scale::Logarithmic, &long, vec![line("long names", &curve)]),
        lines(Scale::Linear, &many, vec![line("many names", &curve)]),
        bars(Scale::Linear, &tasks, &values, &[1.0, 1.0, 100.0, f64::NAN]),
        bars(Scale::Logarithmic, &tasks, &values, &[4.0]),
        bars(Scale::Linear, &tasks, &[Some(-0.5), Some(0.7)], &[0.1]),
        scatter(Scale::Logarithmic, &[(1.0, 2.0), (0.0, 1.0), (1e5, 3.0)]),
        scatter(Scale::Linear, &[(1.0, 2.0), (f64::NAN, 1.0), (2.0, -3.0)]),
        surface(7),
    ]
}

/// Returns charts with no or hardly any content.
fn bare() -> Vec<Chart> {
    let mut bare = vec![
        bars(Scale::FromZero, &[], &[], &[]),
        bars(Scale::FromZero, &["one"], &[Some(0.0)], &[]),
        bars(Scale::Logarithmic, &["one"], &[Some(0.0)], &[]),
        scatter(Scale::Logarithmic, &[(0.0, 1.0)]),
        scatter(Scale::Logarithmic, &[(5.0, 1.0)]),
        surface(0),
        surface(1),
    ];
    for scale in [Scale::Linear, Scale::FromZero, Scale::Logarithmic] {
        for points in [
            &[][..],
            &[(0.0, 0.0)],
            &[(3.0, 0.5)],
            &[(f64::NAN, f64::NAN)],
        ] {
            bare.push(lines(scale, &[], vec![line("only", points)]));
        }
        bare.push(lines(scale, &[], vec![]));
    }
    bare
}

fn legend(chart: &Chart) -> Vec<&str> {
    match chart {
        Chart::Lines(chart) => chart.lines.iter().map(|line| line.name.as_str()).collect(),
        Chart::Bars(chart) => chart.series.iter().map(|bars| bars.name.as_str()).collect(),
        Chart::Scatter(chart) => chart.series.iter().map(|dots| dots.name.as_str()).collect(),
        Chart::Surface(chart) => chart.paths.iter().map(|path| path.name.as_str()).collect(),
    }
}

/// A text of a drawing, with its extent.
struct Text {
    says: String,
    from: (f64, f64),
    to: (f64, f64),
}

/// Returns the texts of a drawing, with the extent that the program's font gives them.
fn texts(svg: &str) -> Vec<Text> {
    let text = |element: &str| {
        let (tag, rest) = element.split_once('>').expect("a tag has an end");
        let says = rest.split_once("</text>").expect("a text has an end").0;
        let says = says.trim().replace("&lt;", "<").replace("&amp;", "&");
        let attribute = |name: &str| {
            let start = tag.find(&format!(" {name}=\"")).expect(name) + name.len() + 3;
            tag[start..].split('"').next().expect("a value").to_owned()
        };
        let number = |name: &str| attribute(name).parse::<f64>().expect("a number");
        let size = 1.24 * number("font-size");
        let wide = f64::from(
            (FONT, size)
                .into_font()
                .box_size(&says)
                .expect("the font")
                .0,
        );
        let high = 0.7 * size;
        let left = match attribute("text-anchor").as_str() {
            "start" => 0.0,
            "middle" => -wide / 2.0,
            _ => -wide,
        };
        let top = match attribute("dy").as_str() {
            "0.76em" => 0.0,
            _ => -high / 2.0,
        };
        let (x, y) = (number("x"), number("y"));
        let (from, to) = match tag.contains("rotate(270") {
            true => ((x + top, y - left - wide), (x + top + high, y - left)),
            false => ((x + left, y + top), (x + left + wide, y + top + high)),
        };
        Text { says, from, to }
    };
    svg.split("<text").skip(1).map(text).collect()
}

#[test]
fn every_chart_says_its_title_and_its_legend_and_nothing_that_is_not_a_number() {
    for chart in samples().iter().chain(&bare()) {
        let svg = svg(chart);
        let all: Vec<String> = texts(&svg).into_iter().map(|text| text.says).collect();
        assert!(
            svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"),
            "{svg}"
        );
        assert!(all.iter().any(|text| text == chart.title()), "{all:?}");
        for name in legend(chart) {
            assert!(all.iter().any(|text| text == name), "{name}: {all:?}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}

#[test]
fn texts_are_within_the_picture_and_cover_no_other_text() {
    for chart in samples().iter().chain(&bare()) {
        let texts = texts(&svg(chart));
        for (i, text) in texts.iter().enumerate() {
            let within = text.from.0 >= 0.0
                && text.from.1 >= 0.0
                && text.to.0 <= f64::from(SIZE.0)
                && text.to.1 <= f64::from(SIZE.1);
            assert!(within, "{:?} {:?} {:?}", text.says, text.from, text.to);
            for other in &texts[..i] {
                let apart = text.from.0 >= other.to.0
                    || other.from.0 >= text.to.0
                    || text.from.1 >= other.to.1
                    || other.from.1 >= text.to.1;
                assert!(apart, "{:?} covers {:?}", text.says, other.says);
            }
        }
    }
}

#[test]
fn a_long_title_and_a_long_legend_take_lines_and_the_chart_what_is_left() {
    let name =
        "the bound as printed, which is void where the smallest eigenvalue is noise ".repeat(3);
    let mut chart = match lines(
        Scale::Linear,
        &[],
        vec![line(&name, &[(0.0, 1.0), (1.0, 2.0)])],
    ) {
        Chart::Lines(chart) => chart,
        _ => unreachable!("made above"),
    };
    chart.title = name.clone();
    chart.y = name.clone();
    let texts = texts(&svg(&chart));
    let said: Vec<&str> = texts.iter().map(|text| text.says.as_str()).collect();
    let title = name.trim();
    assert!(
        said.join(" ").starts_with(&format!("{title} {title}")),
        "{said:?}"
    );
    for text in &texts {
        assert!(
            text.from.0 >= 0.0 && text.to.0 <= f64::from(SIZE.0),
            "{:?}",
            text.says
        );
        assert!(
            text.from.1 >= 0.0 && text.to.1 <= f64::from(SIZE.1),
            "{:?}",
            text.says
        );
    }
}

#[test]
fn a_chart_without_a_value_is_an_empty_frame_that_says_so() {
    let empty = [
        lines(Scale::Linear, &[], vec![]),
        lines(
            Scale::Logarithmic,
            &[],
            vec![line("zeros", &[(0.0, 0.0), (1.0, -1.0)])],
        ),
        lines(
            Scale::Linear,
            &["a"],
            vec![line("elsewhere", &[(7.0, 1.0)])],
        ),
        bars(Scale::Logarithmic, &["a", "b"], &[Some(0.0), None], &[]),
        scatter(Scale::Linear, &[(f64::NAN, 1.0)]),
    ];
    for chart in empty {
        assert!(svg(&chart).contains("nothing to draw"), "{chart:?}");
    }
    let one = lines(Scale::Linear, &[], vec![line("one", &[(3.0, 0.5)])]);
    assert!(!svg(&one).contains("nothing to draw"));
}

#[test]
fn a_line_has_a_gap_where_a_value_is_missing_and_a_lone_point_is_a_dot() {
    let points = [
        (0.0, 1.0),
        (1.0, 2.0),
        (2.0, 0.0),
        (3.0, 4.0),
        (4.0, f64::NAN),
        (5.0, 3.0),
        (6.0, 2.0),
    ];
    let mut curve = line("curve", &points);
    curve.marked = false;
    let svg = svg(&lines(Scale::Logarithmic, &[], vec![curve]));
    let blue = |tag: &str| {
        let elements = svg.lines().filter(|line| line.starts_with(tag));
        elements.filter(|line| line.contains("#0072B2")).count()
    };
    // The lines are two pieces of the line and the entry of the legend; the circle is the point between the gaps.
    assert_eq!((blue("<polyline"), blue("<circle")), (3, 1), "{svg}");
}

#[test]
fn bars_below_zero_hang_from_the_line_of_zero() {
    let chart = bars(Scale::Linear, &["a", "b"], &[Some(2.0), Some(-1.0)], &[]);
    let svg = svg(&chart);
    let attribute = |line: &str, name: &str| -> i32 {
        let start = line.find(&format!(" {name}=\"")).expect("an attribute") + name.len() + 3;
        let value = line[start..].split('"').next().expect("a value");
        value.parse().expect("a number of pixels")
    };
    // Without the two rectangles of the legend: each series has one bar upwards and one downwards.
    let orange = svg
        .lines()
        .filter(|line| line.starts_with("<rect") && line.contains("#D55E00"));
    let spans: Vec<(i32, i32)> = orange
        .skip(2)
        .map(|bar| (attribute(bar, "y"), attribute(bar, "height")))
        .collect();
    let [up, down, ..] = spans[..] else {
        panic!("four bars: {spans:?}");
    };
    assert_eq!(up.0 + up.1, down.0, "{spans:?}");
    assert!((up.1 - 2 * down.1).abs() <= 2, "{spans:?}");
}

#[test]
fn a_chart_in_a_file_is_the_chart_that_was_written() {
    for chart in samples() {
        let text = serde_json::to_string(&chart).expect("a chart is JSON");
        let read: Chart = serde_json::from_str(&text).expect("and read again");
        assert_eq!(svg(&read), svg(&chart));
    }
    let text = serde_json::to_string(&surface(2)).expect("a chart is JSON");
    assert!(text.starts_with(r#"{"kind":"surface","title":"#), "{text}");
    assert!(text.contains(r#""colour":"blue""#), "{text}");
}

#[test]
fn the_same_chart_is_drawn_with_the_same_bits_as_svg_and_as_png() {
    let folder = tempfile::tempdir().expect("a folder");
    for chart in samples() {
        for ending in ["svg", "png"] {
            let files = ["one", "two"].map(|name| folder.path().join(format!("{name}.{ending}")));
            let bytes = files.map(|file| {
                draw(&chart, &file).expect("the folder can be written");
                fs::read(file).expect("it was drawn")
            });
            assert!(
                !bytes[0].is_empty() && bytes[0] == bytes[1],
                "{}",
                chart.title()
            );
        }
    }
}
