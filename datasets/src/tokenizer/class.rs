//! The class of transformers that reads a folder.
//!
//! Since version 5 most classes take only the vocabulary from `tokenizer.json` and make the rest anew from
//! `tokenizer_config.json`: a normalizer, pre-tokenizer or post-processor in `tokenizer.json` then has no effect.

use crate::error::Result;

use super::files::{Files, MODEL, SETTINGS, TOKENIZER};
use super::settings::Settings;

/// A class of transformers, which determines how a tokenizer is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// `TokenizersBackend`: what `tokenizer.json` says, unchanged.
    AsItIs,
    /// `BertTokenizer`.
    Bert,
    /// `DistilBertTokenizer`: the same as BERT's, but without token types.
    DistilBert,
    /// `RobertaTokenizer`.
    Roberta,
    /// `GPT2Tokenizer`.
    Gpt2,
    /// `LlamaTokenizer`.
    Llama,
    /// `XLMRobertaTokenizer`.
    XlmRoberta,
}

/// The names of the implemented classes, without the ending `Tokenizer` or `TokenizerFast`.
const IMPLEMENTED: [(Class, &[&str]); 7] = [
    (Class::AsItIs, &["PreTrained"]),
    (
        Class::Bert,
        &[
            "Bert",
            "Electra",
            "LayoutLM",
            "Lxmert",
            "MobileBert",
            "SqueezeBert",
        ],
    ),
    (Class::DistilBert, &["DistilBert"]),
    (
        Class::Roberta,
        &["Roberta", "Bart", "LED", "Longformer", "Mvp"],
    ),
    (Class::Gpt2, &["GPT2"]),
    (Class::Llama, &["Llama"]),
    (Class::XlmRoberta, &["XLMRoberta"]),
];

/// The classes of transformers 5.23 that are not implemented here. All further names are unknown to transformers too,
/// which then reads `tokenizer.json` as it is.
const OTHERS: &str = "\
    Albert Barthez Bartpho BertGeneration BertJapanese Bertweet BigBird BioGpt BlenderbotSmall \
    Blenderbot ByT5 CLIP CTRL Camembert Canine Character Clvp CodeGen CodeLlama Cohere ConvBert \
    CpmAnt Cpm DPRContextEncoder DPRQuestionEncoder DPRReader Deberta DebertaV2 Dia Esm Esmc FNet \
    FSMT FastSpeech2Conformer Flaubert Funnel GPTNeoXJapanese GPTNeoX GPTSw3 Gemma Herbert Lasr \
    LayoutLMv2 LayoutLMv3 LayoutXLM Luke M2M100 MBart50 MBart MLuke MPNet Marian MarkupLM Mecab \
    Mgpstr MyT5 Nllb Nougat OpenAIGPT PLBart Parakeet Pegasus Perceiver Phobert Pop2Piano \
    ProphetNet Qwen2 Qwen3_5 Rag Reformer RemBert RoCBert RoFormer SeamlessM4T Siglip2 Siglip \
    Speech2Text SpeechT5 Splinter T5 Tapas Tipsv2 Udop VideoPrism Vits Wav2Vec2CTC \
    Wav2Vec2PhonemeCTC Whisper XGLM XLM XLNet";

impl Class {
    /// Returns the class that the configuration files of a folder ask for, and the setting that chose it, for messages.
    pub(super) fn of(files: &Files, settings: &Settings<'_>) -> Result<(Self, String)> {
        let model = Settings::read(files, MODEL)?;
        // In the tokenizer's own configuration an empty name counts as a name that no class has.
        let own = settings.text("tokenizer_class")?;
        let (file, name) = match own.filter(|name| !name.is_empty()) {
            Some(name) => (SETTINGS, Some(name)),
            None => (
                MODEL,
                model
                    .text("tokenizer_class")?
                    .filter(|name| !name.is_empty()),
            ),
        };
        if let Some(name) = name {
            let class = Self::named(name).ok_or_else(|| files.unusable(file, refusal(name)))?;
            let class = class.unless_byte_level(files);
            return Ok((class, format!("{file}: tokenizer_class = {name}")));
        }
        if own.is_some() {
            return Ok((
                Self::AsItIs,
                format!("{SETTINGS}: tokenizer_class is empty"),
            ));
        }
        let kind = model.text("model_type")?.unwrap_or_default();
        let class = match kind {
            "bert" | "distilbert" | "electra" | "layoutlm" | "squeezebert" => Self::Bert,
            "roberta" | "bart" | "longformer" => Self::Roberta,
            "gpt2" => Self::Gpt2,
            "xlm-roberta" => Self::XlmRoberta,
            _ => Self::AsItIs,
        };
        Ok((class, format!("{MODEL}: model_type = {kind}")))
    }

    /// Returns the class of a name, or `None` if transformers has the class but this crate does not.
    fn named(name: &str) -> Option<Self> {
        if name == "TokenizersBackend" {
            return Some(Self::AsItIs);
        }
        let stem = name.strip_suffix("Fast").unwrap_or(name);
        let Some(stem) = stem.strip_suffix("Tokenizer") else {
            return Some(Self::AsItIs);
        };
        let class = IMPLEMENTED.iter().find(|(_, stems)| stems.contains(&stem));
        match class {
            Some(&(class, _)) => Some(class),
            None if OTHERS.split_whitespace().any(|other| other == stem) => None,
            None => Some(Self::AsItIs),
        }
    }

    /// Returns `AsItIs` for Llama if `tokenizer.json` is byte-level. Llama 3 and similar models name `LlamaTokenizer`,
    /// which could not read such a file.
    fn unless_byte_level(self, files: &Files) -> Self {
        let marker = br#""ByteLevel""#;
        let file = files.get(TOKENIZER).unwrap_or_default();
        let marked = || file.windows(marker.len()).any(|bytes| bytes == marker);
        match self {
            Self::Llama if marked() => Self::AsItIs,
            class => class,
        }
    }

    /// Returns the name of the class in transformers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AsItIs => "TokenizersBackend",
            Self::Bert => "BertTokenizer",
            Self::DistilBert => "DistilBertTokenizer",
            Self::Roberta => "RobertaTokenizer",
            Self::Gpt2 => "GPT2Tokenizer",
            Self::Llama => "LlamaTokenizer",
            Self::XlmRoberta => "XLMRobertaTokenizer",
        }
    }

    /// Returns the special tokens that the class has unless a file says otherwise.
    pub(super) fn special_tokens(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::AsItIs => &[],
            Self::Bert | Self::DistilBert => &[
                ("unk_token", "[UNK]"),
                ("sep_token", "[SEP]"),
                ("pad_token", "[PAD]"),
                ("cls_token", "[CLS]"),
                ("mask_token", "[MASK]"),
            ],
            Self::Roberta | Self::XlmRoberta => &[
                ("bos_token", "<s>"),
                ("eos_token", "</s>"),
                ("sep_token", "</s>"),
                ("cls_token", "<s>"),
                ("unk_token", "<unk>"),
                ("pad_token", "<pad>"),
                ("mask_token", "<mask>"),
            ],
            Self::Gpt2 => &[
                ("bos_token", "<|endoftext|>"),
                ("eos_token", "<|endoftext|>"),
                ("unk_token", "<|endoftext|>"),
            ],
            Self::Llama => &[
                ("bos_token", "<s>"),
                ("eos_token", "</s>"),
                ("unk_token", "<unk>"),
            ],
        }
    }

    /// Returns whether the model is given token types unless a file says otherwise.
    pub(super) fn gives_types(self) -> bool {
        self == Self::Bert
    }
}

fn refusal(name: &str) -> String {
    let stems = IMPLEMENTED.iter().flat_map(|(_, stems)| stems.iter());
    let names: Vec<String> = stems.map(|stem| format!("{stem}Tokenizer")).collect();
    format!(
        "`tokenizer_class` = {name} is not implemented; implemented are {}. If it can be written as a tokenizer.json: \
         save the folder anew with transformers, AutoTokenizer.from_pretrained(FOLDER).save_pretrained(NEW), and write \
         \"tokenizer_class\": \"PreTrainedTokenizerFast\" into its tokenizer_config.json",
        names.join(", ")
    )
}
