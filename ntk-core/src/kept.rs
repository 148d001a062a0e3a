//! The passes of the linearized model that use stored Jacobian rows.

use crate::{Cotangent, Error, Jacobian, Passes, shape::check_length};

/// The number of examples that one worker takes at a time. Sums are taken within and then over such
/// groups, so this number affects the last bits and must not depend on the number of threads.
const GROUP: usize = 8;

impl Passes {
    /// Returns $J(x_i)\delta$ for the examples `of`, one after the other, of length $k$ each: as
    /// [`pushforward`](Self::pushforward), but from stored `rows`.
    ///
    /// # Errors
    /// [`Error::Length`].
    ///
    /// # Panics
    /// If `of` names an example that `rows` does not have.
    pub fn pushforward_by_rows(
        &self,
        rows: &Jacobian,
        of: &[usize],
        delta: &[f64],
    ) -> Result<Vec<f64>, Error> {
        check_length(rows.parameters(), delta.len())?;
        let k = rows.directions();
        let groups: Vec<&[usize]> = of.chunks(GROUP).collect();
        let mut all = Vec::with_capacity(of.len() * k);
        self.workers.ordered(
            groups.len(),
            |g| {
                let mut change = vec![0.0; groups[g].len() * k];
                for (&i, change) in groups[g].iter().zip(change.chunks_exact_mut(k)) {
                    rows.add_products(i, delta, change);
                }
                Ok(change)
            },
            |_, change| all.extend(change),
        )?;
        Ok(all)
    }

    /// Returns $J(x_i)\delta$ for the examples `of`, and $\sum_i J(x_i)^\top \bar y_i$, where
    /// `cotangent` computes $\bar y_i$ from $J(x_i)\delta$ and the position in `of`: as
    /// [`tangent_gradient`](Self::tangent_gradient), but from stored `rows`. The rows of an example
    /// are read for both while they are in cache.
    ///
    /// # Errors
    /// [`Error::Length`].
    ///
    /// # Panics
    /// If `of` names an example that `rows` does not have.
    pub fn tangent_gradient_by_rows(
        &self,
        rows: &Jacobian,
        of: &[usize],
        delta: &[f64],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        check_length(rows.parameters(), delta.len())?;
        let k = rows.directions();
        let groups: Vec<&[usize]> = of.chunks(GROUP).collect();
        let mut all = Vec::with_capacity(of.len() * k);
        let mut sum = vec![0.0; rows.parameters()];
        self.workers.ordered(
            groups.len(),
            |g| {
                let mut change = vec![0.0; groups[g].len() * k];
                let mut gradient = vec![0.0; rows.parameters()];
                let mut y_bar = vec![0.0; k];
                let each = groups[g].iter().zip(change.chunks_exact_mut(k));
                for (place, (&i, change)) in (g * GROUP..).zip(each) {
                    rows.add_products(i, delta, change);
                    y_bar.fill(0.0);
                    cotangent(place, change, &mut y_bar);
                    rows.add_multiples(i, &y_bar, &mut gradient);
                }
                Ok((change, gradient))
            },
            |_, (change, gradient)| {
                all.extend(change);
                sum.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += g);
            },
        )?;
        Ok((all, sum))
    }
}
