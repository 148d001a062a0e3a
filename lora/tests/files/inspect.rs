use serde_json::json;
use tangent_lora::inspect;
use tangent_lora::weights::HeadSource;

use crate::folder::{folder, golden, minilm, small, small_config, small_tensors, stored};

#[test]
fn minilm_is_described() {
    let found = inspect(&minilm()).unwrap();
    assert_eq!(
        (found.missing.len(), found.misshapen.len(), found.classes),
        (0, 0, None)
    );
    assert_eq!(
        (found.head, found.pooler),
        (HeadSource::Seeded, Some(HeadSource::Checkpoint))
    );
    assert_eq!(found.unused, ["embeddings.position_ids"]);
    // The published count, 22,713,216, is the bare model's; the head adds 2 × 385.
    assert_eq!(found.parameters.total - found.parameters.head, 22_713_216);
    assert_eq!(found.parameters.head, 770);
    let output = found.adaptable.last().unwrap();
    assert_eq!(
        (output.module.as_str(), output.input, output.output),
        ("output.dense", 1536, 384)
    );
}

#[test]
fn what_is_missing_misshapen_or_unused_is_listed() {
    let config = small_config("roberta");
    let mut tensors = small_tensors(&config);
    tensors.remove("encoder.layer.1.output.dense.bias");
    tensors.remove("classifier.dense.weight");
    tensors.insert("embeddings.LayerNorm.bias".into(), stored(&[5], &[0.0; 5]));
    tensors.insert("lm_head.bias".into(), stored(&[11], &[0.0; 11]));
    let dir = folder(&small("roberta"), &tensors);
    let found = inspect(dir.path()).unwrap();
    assert_eq!(
        found.missing,
        [
            "encoder.layer.1.output.dense.bias",
            "classifier.dense.weight"
        ]
    );
    assert_eq!(
        found.misshapen,
        [("embeddings.LayerNorm.bias".to_string(), vec![6], vec![5])]
    );
    assert_eq!(found.unused, ["lm_head.bias"]);
    assert_eq!(
        (found.head, found.classes, found.pooler),
        (HeadSource::Checkpoint, Some(2), None)
    );
}

#[test]
fn the_golden_head_is_counted() {
    let found = inspect(&golden("bert_qkv_3l_layer0/model")).unwrap();
    assert_eq!((found.classes, found.parameters.head), (Some(3), 3 * 17));
    let json = json!(found);
    assert_eq!(
        (&json["config"]["architecture"], &json["head"]),
        (&json!("bert"), &json!("checkpoint"))
    );
}
