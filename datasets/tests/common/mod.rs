//! Paths in the shared data folder.

use std::path::PathBuf;

/// Returns a path in the data folder beside the workspace. If it does not exist, the test fails and is not skipped.
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
