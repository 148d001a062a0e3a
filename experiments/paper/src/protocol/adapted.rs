use serde::Serialize;

/// The modules to adapt, in the paper's terms: layers out of twelve and the ends of module names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adapted {
    /// The layers, numbered as in the paper's models of twelve layers.
    pub layers: &'static [usize],
    /// The ends of module names.
    pub targets: &'static [&'static str],
}

impl Adapted {
    /// Adapts W_q and W_v of these layers.
    pub const fn query_value(layers: &'static [usize]) -> Self {
        let targets = &["query", "value"];
        Self { layers, targets }
    }

    /// Adapts W_k of these layers.
    pub const fn key(layers: &'static [usize]) -> Self {
        let targets = &["key"];
        Self { layers, targets }
    }

    /// Returns the name that the paper writes, such as `{0,5,11} qv`.
    pub fn name(&self) -> String {
        let layers: Vec<String> = self.layers.iter().map(usize::to_string).collect();
        let initials: String = self
            .targets
            .iter()
            .filter_map(|t| t.chars().next())
            .collect();
        format!("{{{}}} {initials}", layers.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::Adapted;

    #[test]
    fn names_are_the_papers() {
        assert_eq!(Adapted::query_value(&[0, 5, 11]).name(), "{0,5,11} qv");
        assert_eq!(Adapted::key(&[11]).name(), "{11} k");
    }
}
