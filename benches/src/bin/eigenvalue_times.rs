//! Prints the seconds that all eigenvalues of random Gram matrices take, without and with eigenvectors, as JSON under
//! numpy's names for the two, `eigvalsh` and `eigh`.

use std::collections::BTreeMap;
use std::time::Instant;

use clap::Parser;
use tangent_benches::random::gram;
use tangent_spectral::{Eigen, eigenvalues};

/// Times symmetric eigenvalues.
#[derive(Parser)]
struct Arguments {
    /// Sizes n of the matrices.
    #[arg(long, value_delimiter = ',', default_value = "500,1000,2000")]
    sizes: Vec<usize>,
    /// Number of repeats, after one that is not counted.
    #[arg(long, default_value_t = 5)]
    repeats: usize,
}

fn main() -> Result<(), tangent_spectral::Error> {
    let arguments = Arguments::parse();
    let mut times: BTreeMap<usize, BTreeMap<&str, Vec<f64>>> = BTreeMap::new();
    for n in arguments.sizes {
        let k = gram(n, 2 * n);
        let of_size = times.entry(n).or_default();
        for repeat in 0..=arguments.repeats {
            let start = Instant::now();
            eigenvalues(&k)?;
            let values = start.elapsed().as_secs_f64();
            let start = Instant::now();
            Eigen::of(&k)?;
            let vectors = start.elapsed().as_secs_f64();
            if repeat > 0 {
                of_size.entry("eigvalsh").or_default().push(values);
                of_size.entry("eigh").or_default().push(vectors);
            }
        }
    }
    println!("{}", serde_json::json!(times));
    Ok(())
}
