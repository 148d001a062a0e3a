//! The memory that a computation will take, and how the work is divided to fit.

use bytesize::ByteSize;
use std::{fmt, ops::Range};

use burn::tensor::DType;

use crate::{Error, Keep, Model, computation::Computation, gram, parameters};

/// The limits to try on the number of examples whose rows pass by at a time, from the most
/// convenient to the least possible.
const STREAMS: [usize; 4] = [256, 64, 16, 1];

/// The memory that a computation will take at its peak, and its order of work.
///
/// The rows of a **group** of training examples are held while the rows of later groups and of the
/// test examples pass by in **streams**; with one group every example is computed once.
///
/// | part | bytes |
/// |---|---|
/// | kernels | $8\,L\,(N^2 + MN)$ for $L$ kernels kept, $N$ training and $M$ test rows; plus the outputs |
/// | rows held | element size × $k\,p$ × examples of the largest group |
/// | rows passing | the same for the largest stream |
/// | working set | threads × the larger of [`Model::working_set`] plus a batch's rows, and of the products' tiles |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Bytes of the results.
    pub kernels: usize,
    /// Bytes of the rows held.
    pub held: usize,
    /// Bytes of the rows passing by.
    pub passing: usize,
    /// Bytes of the working sets of all threads together.
    pub working: usize,
    /// Runs of training batches whose rows are held together.
    pub(crate) groups: Vec<Range<usize>>,
    /// The limit on the number of examples that pass by at a time.
    pub(crate) stream: usize,
}

impl Plan {
    /// Returns the bytes at the peak, in addition to the model itself.
    pub fn bytes(&self) -> usize {
        self.kernels + self.held + self.passing + self.working
    }

    /// Returns the number of groups of training examples; 1 if no row is computed twice.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Returns how often each group of training batches is computed, with the group: once to be
    /// held, and once to pass by every group before it. Test examples pass by every group.
    pub(crate) fn passes(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        (1..).zip(self.groups.iter().cloned())
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: kernels {}, rows held {}, rows passing {}, working set {}; ",
            bytes(self.bytes()),
            bytes(self.kernels),
            bytes(self.held),
            bytes(self.passing),
            bytes(self.working)
        )?;
        match self.groups() {
            1 => f.write_str("every row computed once"),
            g => write!(
                f,
                "training examples in {g} groups, computed {} times on average",
                (g + 1) as f64 / 2.0
            ),
        }
    }
}

/// The inputs of a plan: bytes, and the number of examples in every batch.
struct Needs {
    kernels: usize,
    working: usize,
    /// Bytes of one example's rows.
    row: usize,
    train: Vec<usize>,
    test: Vec<usize>,
}

impl Needs {
    fn new<M: Model>(task: &Computation<M>, train: &Set<M>, test: &Set<M>) -> Self {
        let per = task.rows_per_example();
        let (n, m) = (train.examples.len() * per, test.examples.len() * per);
        let count = match task.options.keep {
            Keep::Blocks => task.chosen.len(),
            Keep::Sum => 1,
        };
        let outputs = (train.examples.len() + test.examples.len()) * task.model.outputs();
        let map = train.peak(task).max(test.peak(task));
        let chosen = task.blocks().iter().map(|block| block.parameters).sum();
        Self {
            kernels: 8 * (count * n * (n + m) + outputs),
            working: task.workers.count() * map.max(gram::working_set(n.max(m), n)),
            row: task.row_bytes(chosen),
            train: train.lengths(),
            test: test.lengths(),
        }
    }

    /// Returns a plan within `memory`: one group if all rows fit, else the largest groups that fit
    /// beside the largest stream of at most half their size (or beside the smallest stream).
    /// Otherwise returns the smallest number of bytes that would be enough.
    fn plan(&self, memory: usize) -> Result<Plan, usize> {
        let fixed = self.kernels + self.working;
        let plan = |limit, stream, passing| {
            let groups = runs(&self.train, limit);
            Plan {
                kernels: self.kernels,
                held: self.row * longest(&self.train, &groups),
                passing,
                working: self.working,
                groups,
                stream,
            }
        };

        let all: usize = self.train.iter().sum();
        for stream in STREAMS {
            let passing = self.row * longest(&self.test, &runs(&self.test, stream));
            if fixed + all * self.row + passing <= memory {
                return Ok(plan(all, stream, passing));
            }
        }

        let largest = |batches: &[usize]| batches.iter().copied().max().unwrap_or(0);
        for stream in STREAMS {
            let passing = [&self.train, &self.test]
                .map(|batches| self.row * longest(batches, &runs(batches, stream)))
                .into_iter()
                .max()
                .unwrap_or(0);
            let held = memory.saturating_sub(fixed + passing);
            let fits = held >= self.row * largest(&self.train);
            let last = stream == STREAMS[STREAMS.len() - 1];
            if fits && (passing <= held / 2 || last) {
                return Ok(plan(held / self.row.max(1), stream, passing));
            }
        }
        let largest_passing = largest(&self.train).max(largest(&self.test));
        Err(fixed + self.row * (largest(&self.train) + largest_passing))
    }

    /// Returns what would lower the need, the largest saving first.
    fn advice<M: Model>(&self, task: &Computation<M>) -> String {
        let per_batch = self.row * self.train.iter().max().unwrap_or(&0);
        let computing = self.working + 2 * per_batch;
        let mut ways = vec![
            (self.kernels / 4 * 3, "half as many examples"),
            (computing / 2, "a smaller micro-batch or fewer threads"),
        ];
        let blocks = task.chosen.len();
        if blocks > 1 {
            let kernels = match task.options.keep {
                Keep::Blocks => self.kernels / 2,
                Keep::Sum => 0,
            };
            ways.push((computing / 2 + kernels, "fewer blocks"));
            if task.options.keep == Keep::Blocks {
                let saved = self.kernels / blocks * (blocks - 1);
                ways.push((saved, "only the sum instead of every block's kernel"));
            }
        }
        if task.model.dtype() == DType::F64 {
            ways.push((computing / 2, "f32"));
        }
        ways.sort_by_key(|&(saved, _)| std::cmp::Reverse(saved));
        let names: Vec<&str> = ways.into_iter().map(|(_, name)| name).collect();
        format!("what lowers it, most first: {}", names.join(", "))
    }
}

/// The names of the sets' examples in messages.
pub(crate) const TRAIN: &str = "training example";
pub(crate) const TEST: &str = "test example";
pub(crate) const ONLY: &str = "example";

/// Examples, divided into batches.
pub(crate) struct Set<'a, M: Model> {
    pub(crate) name: &'static str,
    pub(crate) examples: &'a [M::Input],
    pub(crate) batches: Vec<Vec<usize>>,
}

impl<'a, M: Model> Set<'a, M> {
    pub(crate) fn new(task: &Computation<M>, name: &'static str, examples: &'a [M::Input]) -> Self {
        Self {
            name,
            examples,
            batches: task.batches(examples),
        }
    }

    fn lengths(&self) -> Vec<usize> {
        self.batches.iter().map(Vec::len).collect()
    }

    /// Returns the largest number of bytes that computing a batch's rows takes, including the rows
    /// of all blocks.
    fn peak(&self, task: &Computation<M>) -> usize {
        let row = task.row_bytes(parameters(task.model));
        let peak = |batch: &Vec<usize>| {
            let xs: Vec<&M::Input> = batch.iter().map(|&i| &self.examples[i]).collect();
            task.model.working_set(&xs, task.directions.len()) + row * xs.len()
        };
        self.batches.iter().map(peak).max().unwrap_or(0)
    }

    /// Cuts the batches in `range` into runs of at most `limit` examples that pass by together.
    pub(crate) fn streams(&self, range: Range<usize>, limit: usize) -> Vec<Range<usize>> {
        let lengths = self.lengths();
        runs(&lengths[range.clone()], limit)
            .into_iter()
            .map(|run| run.start + range.start..run.end + range.start)
            .collect()
    }
}

/// Plans the kernels of `train`, and between `test` and `train`.
pub(crate) fn plan<M: Model>(
    task: &Computation<M>,
    train: &Set<M>,
    test: &Set<M>,
) -> Result<Plan, Error> {
    if train.examples.is_empty() {
        return Err(Error::NoExamples);
    }
    let needs = Needs::new(task, train, test);
    let allowed = task.options.memory.unwrap_or(usize::MAX);
    needs.plan(allowed).map_err(|needed| Error::Memory {
        needed,
        allowed,
        advice: needs.advice(task),
    })
}

/// Returns the bytes needed for rows without kernels: all rows are held, plus the working sets.
pub(crate) fn bytes_of_rows<M: Model>(task: &Computation<M>, set: &Set<M>) -> usize {
    let chosen: usize = task.blocks().iter().map(|block| block.parameters).sum();
    task.row_bytes(chosen) * set.examples.len() + task.workers.count() * set.peak(task)
}

/// Checks that rows without kernels fit into `options.memory`.
pub(crate) fn plan_rows<M: Model>(task: &Computation<M>, set: &Set<M>) -> Result<(), Error> {
    let needed = bytes_of_rows(task, set);
    let allowed = task.options.memory.unwrap_or(usize::MAX);
    if needed <= allowed {
        return Ok(());
    }
    Err(Error::Memory {
        needed,
        allowed,
        advice: "what lowers it: fewer examples, fewer blocks, f32, or rows that are computed \
                 again each time instead of being held"
            .into(),
    })
}

/// Cuts batches of the given lengths into runs of at least one batch, whose lengths sum to at most
/// `limit` if there are more.
fn runs(lengths: &[usize], limit: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut sum = 0;
    for (b, &length) in lengths.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if sum + length <= limit => {
                run.end = b + 1;
                sum += length;
            }
            _ => {
                runs.push(b..b + 1);
                sum = length;
            }
        }
    }
    runs
}

fn longest(lengths: &[usize], runs: &[Range<usize>]) -> usize {
    let length = |run: &Range<usize>| lengths[run.clone()].iter().sum();
    runs.iter().map(length).max().unwrap_or(0)
}

/// Returns an amount of memory for people: `2.50 MB`.
pub(crate) fn bytes(n: usize) -> String {
    format!("{:.2}", ByteSize::b(n as u64).display().si())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs() -> Needs {
        Needs {
            kernels: 1000,
            working: 200,
            row: 10,
            train: vec![8; 25],
            test: vec![8; 5],
        }
    }

    #[test]
    fn one_group_where_all_rows_fit() {
        let plan = needs().plan(3600).unwrap();
        assert_eq!((plan.groups(), plan.held, plan.passing), (1, 2000, 400));
        assert_eq!(plan.bytes(), 3600);
    }

    #[test]
    fn streams_shrink_before_rows_are_computed_twice() {
        let plan = needs().plan(3599).unwrap();
        assert_eq!((plan.groups(), plan.stream, plan.passing), (1, 16, 160));
    }

    #[test]
    fn groups_within_the_budget_cover_every_batch() {
        for memory in 1360..3000 {
            let plan = needs().plan(memory).unwrap();
            assert!(plan.bytes() <= memory, "{plan} in {memory}");
            let covered: Vec<usize> = plan.groups.iter().cloned().flatten().collect();
            assert_eq!(covered, (0..25).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_least_need_is_exact() {
        assert_eq!(needs().plan(1359), Err(1360));
        assert_eq!(needs().plan(1360).unwrap().bytes(), 1360);
    }

    #[test]
    fn a_plan_prints_its_parts() {
        let plan = needs().plan(1360).unwrap();
        assert_eq!(
            plan.to_string(),
            "1.36 kB: kernels 1.00 kB, rows held 80 B, rows passing 80 B, \
             working set 200 B; training examples in 25 groups, computed 13 times on average"
        );
        assert_eq!(bytes(2_500_000), "2.50 MB");
        assert_eq!(bytes(4_000_000_000), "4.00 GB");
    }
}
