//! Where the shared data lies.

use std::path::PathBuf;

/// A path in the data folder beside the workspace; its absence is a failure, not a skip.
pub(crate) fn shared(path: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let found = root.join(path);
    assert!(
        found.exists(),
        "these tests read real data: {} is missing",
        found.display()
    );
    found
}
