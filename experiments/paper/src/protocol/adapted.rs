use serde::Serialize;

/// Which modules are adapted, in the paper's words: layers of twelve and the ends of module names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adapted {
    /// Layers of the paper's twelve.
    pub layers: &'static [usize],
    /// Ends of module names.
    pub targets: &'static [&'static str],
}

impl Adapted {
    /// W_q and W_v.
    pub const fn query_value(layers: &'static [usize]) -> Self {
        let targets = &["query", "value"];
        Self { layers, targets }
    }

    /// W_k.
    pub const fn key(layers: &'static [usize]) -> Self {
        let targets = &["key"];
        Self { layers, targets }
    }

    /// As the paper writes it: `{0,5,11} qv`.
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
