//! The texts of readouts and kinds are parsed to the same values again.

use tangent_ntk_core::{KernelKind, Readout};

#[test]
fn readouts_go_to_text_and_back() {
    for (readout, text) in [
        (Readout::Margin, "margin"),
        (Readout::Trace, "trace"),
        (Readout::Full, "full"),
        (Readout::Logit(12), "logit(12)"),
    ] {
        assert_eq!(readout.to_string(), text);
        assert_eq!(text.parse(), Ok(readout));
        let json = serde_json::to_string(&readout).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Readout>(&json).unwrap(), readout);
    }
    assert!(serde_json::from_str::<Readout>("\"logit(x)\"").is_err());
}

#[test]
fn kinds_go_to_text_and_back() {
    for kind in [KernelKind::Gradient, KernelKind::SignGradient] {
        assert_eq!(kind.to_string().parse(), Ok(kind));
        let json = serde_json::to_string(&kind).unwrap();
        assert_eq!(json, format!("\"{kind}\""));
        assert_eq!(serde_json::from_str::<KernelKind>(&json).unwrap(), kind);
    }
}

#[test]
fn the_usual_readout_follows_the_number_of_outputs() {
    let usual = [1, 2, 3, 9].map(Readout::of_outputs);
    assert_eq!(
        usual,
        [
            Readout::Logit(0),
            Readout::Margin,
            Readout::Trace,
            Readout::Trace
        ]
    );
    for outputs in 1..9 {
        assert!(Readout::of_outputs(outputs).directions(outputs).is_ok());
    }
}

#[test]
fn directions_are_the_readouts_rows() {
    assert_eq!(Readout::Margin.directions(2).unwrap(), [[-1.0, 1.0]]);
    assert_eq!(Readout::Logit(1).directions(3).unwrap(), [[0.0, 1.0, 0.0]]);
    assert_eq!(
        Readout::Full.directions(2).unwrap(),
        [[1.0, 0.0], [0.0, 1.0]]
    );
}
