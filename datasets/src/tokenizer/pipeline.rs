//! Makes the tokenizer of each class of transformers, before special tokens are added to it.

use serde_json::{Map, Value};
use tokenizers::decoders::fuse::Fuse;
use tokenizers::decoders::sequence::Sequence as DecoderSequence;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::models::unigram::Unigram;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::{BertNormalizer, NormalizerWrapper, Replace};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::whitespace::WhitespaceSplit;
use tokenizers::{Model, ModelWrapper, Tokenizer as Inner, decoders};

use crate::error::{Error, Result};

use super::charsmap::{charsmaps, is_whole};
use super::class::Class;
use super::files::{Files, SETTINGS, TOKENIZER, WORDS};
use super::settings::Settings;
use super::special::Special;
use super::vocabulary::{Kind, Pairs, Vocabulary, object, pieces};
use crate::fence::fenced_call;

/// A tokenizer without special tokens, with warnings about how it was made.
pub(super) struct Pipeline {
    pub(super) inner: Inner,
    /// The token for text that the vocabulary does not know.
    pub(super) unknown: Option<String>,
    pub(super) warnings: Vec<String>,
}

/// The files and settings from which a tokenizer is made.
pub(super) struct Source<'a> {
    pub(super) files: &'a Files,
    pub(super) settings: &'a Settings<'a>,
    /// The content of `tokenizer.json`, if that exists.
    pub(super) tokenizer: Option<&'a Map<String, Value>>,
    pub(super) class: Class,
    /// The setting that chose the class, for messages.
    pub(super) chosen: &'a str,
    pub(super) special: &'a Special,
}

impl Source<'_> {
    pub(super) fn pipeline(&self) -> Result<Pipeline> {
        if let (None, Some(name)) = (self.tokenizer, self.files.foreign(false)) {
            return Err(self.foreign(name));
        }
        match self.class {
            Class::AsItIs => self.as_it_is(),
            Class::Bert | Class::DistilBert => self.bert(),
            Class::Roberta | Class::Gpt2 => self.byte_level(),
            Class::Llama => self.llama(),
            Class::XlmRoberta => self.xlm_roberta(),
        }
    }

    /// Makes the tokenizer that the file describes, but without padding, without truncation, and without dropout, which
    /// would make ids random.
    fn as_it_is(&self) -> Result<Pipeline> {
        let (Some(bytes), Some(file)) = (self.files.get(TOKENIZER), self.tokenizer) else {
            return Err(self.no_vocabulary("anything else that it could be read from"));
        };
        let mut warnings = Vec::new();
        let none = Map::new();
        let model = file
            .get("model")
            .and_then(Value::as_object)
            .unwrap_or(&none);
        if model.get("vocab").is_some_and(Value::is_object) {
            let vocabulary =
                Vocabulary::from_object(self.files, TOKENIZER, object(self.files, model)?)?;
            remark(&mut warnings, TOKENIZER, vocabulary.remarks);
        }
        self.charsmaps()?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut inner = self.made(|| Inner::from_bytes(bytes))?;
        inner.with_padding(None);
        self.made(|| inner.with_truncation(None).map(|_| ()))?;
        let random = match inner.get_model() {
            ModelWrapper::BPE(bpe) if bpe.dropout.is_some() => Some(bpe.clone()),
            _ => None,
        };
        if let Some(mut bpe) = random {
            bpe.dropout = None;
            inner.with_model(bpe);
            warnings.push(format!(
                "{TOKENIZER}: the dropout of its model is off, because ids would differ from run to run."
            ));
        }
        let unknown = match inner.get_model() {
            ModelWrapper::BPE(bpe) => bpe.unk_token.clone(),
            ModelWrapper::WordPiece(model) => Some(model.unk_token.clone()),
            ModelWrapper::WordLevel(model) => Some(model.unk_token.clone()),
            ModelWrapper::Unigram(pieces) => {
                let id = model.get("unk_id").and_then(Value::as_u64);
                id.and_then(|id| pieces.id_to_token(u32::try_from(id).ok()?))
            }
        };
        Ok(Pipeline {
            inner,
            unknown,
            warnings,
        })
    }

    /// Makes WordPiece over words and punctuation marks, with BERT's cleaning of the text.
    fn bert(&self) -> Result<Pipeline> {
        let mut warnings = Vec::new();
        let (name, vocabulary) = match self.model()? {
            Some(model) => {
                self.expect(model, &[Kind::WordPiece, Kind::WordLevel])?;
                if Kind::of(model) == Some(Kind::WordLevel) {
                    warnings.push(format!(
                        "{TOKENIZER}: its WordLevel model is read as WordPiece, as transformers' {} does ({}).",
                        self.class.name(),
                        self.chosen
                    ));
                }
                let ids = object(self.files, model)?;
                (
                    TOKENIZER,
                    Vocabulary::from_object(self.files, TOKENIZER, ids)?,
                )
            }
            None => match self.files.text(WORDS)? {
                Some(text) => (WORDS, Vocabulary::from_lines(self.files, text)?),
                None => return Err(self.no_vocabulary(WORDS)),
            },
        };
        remark(&mut warnings, name, vocabulary.remarks);
        // If the name is null, transformers uses the word `None`.
        let unknown = self.special.text("unk_token").unwrap_or("None").to_owned();
        let model = WordPiece::builder()
            .vocab::<Vocab>(vocabulary.ids.into_iter().collect())
            .unk_token(unknown.clone());
        let mut inner = Inner::new(self.made(|| model.build())?);
        let flag = |key, default| Ok(self.settings.flag(key)?.unwrap_or(default));
        let normalizer = BertNormalizer::new(
            true,
            flag("tokenize_chinese_chars", true)?,
            self.settings.flag("strip_accents")?,
            flag("do_lower_case", true)?,
        );
        self.made(|| inner.with_normalizer(Some(normalizer)).map(|_| ()))?;
        inner.with_pre_tokenizer(Some(BertPreTokenizer));
        inner.with_decoder(Some(decoders::wordpiece::WordPiece::default()));
        Ok(Pipeline {
            inner,
            unknown: Some(unknown),
            warnings,
        })
    }

    /// Makes BPE over the bytes of words, each with the space before it.
    fn byte_level(&self) -> Result<Pipeline> {
        let mut warnings = Vec::new();
        let pairs = match self.model()? {
            Some(model) => {
                self.expect(model, &[Kind::Bpe])?;
                Pairs::from_model(self.files, model)?
            }
            None => match Pairs::from_files(self.files)? {
                Some(pairs) => pairs,
                None => return Err(self.no_vocabulary("vocab.json and merges.txt")),
            },
        };
        remark(&mut warnings, "the vocabulary", pairs.vocabulary.remarks);
        let vocabulary: Vocab = pairs.vocabulary.ids.into_iter().collect();
        let model = BPE::builder().vocab_and_merges(vocabulary, pairs.merges);
        let mut inner = Inner::new(self.made(|| model.build())?);
        let space = self.settings.flag("add_prefix_space")?.unwrap_or(false);
        inner.with_pre_tokenizer(Some(ByteLevel::new(space, true, true)));
        inner.with_decoder(Some(ByteLevel::default()));
        Ok(Pipeline {
            inner,
            unknown: None,
            warnings,
        })
    }

    /// Makes BPE over the whole text with its spaces marked; characters that are not in the vocabulary become bytes.
    fn llama(&self) -> Result<Pipeline> {
        let Some(model) = self.model()? else {
            return Err(self.no_vocabulary("anything else that it could be read from"));
        };
        self.expect(model, &[Kind::Bpe])?;
        let mut warnings = Vec::new();
        let pairs = Pairs::from_model(self.files, model)?;
        remark(&mut warnings, TOKENIZER, pairs.vocabulary.remarks);
        let vocabulary: Vocab = pairs.vocabulary.ids.into_iter().collect();
        let model = BPE::builder().vocab_and_merges(vocabulary, pairs.merges);
        let model = model.fuse_unk(true).byte_fallback(true);
        let mut inner = Inner::new(self.made(|| model.build())?);
        let scheme = match (
            self.settings.flag("add_prefix_space")?.unwrap_or(true),
            self.settings.flag("legacy")?.unwrap_or(false),
        ) {
            (false, _) => PrependScheme::Never,
            (true, true) => PrependScheme::Always,
            (true, false) => PrependScheme::First,
        };
        inner.with_pre_tokenizer(Some(Metaspace::new('▁', scheme, false)));
        let spaces = self.made(|| Replace::new("▁", " "))?;
        inner.with_decoder(Some(DecoderSequence::new(vec![
            spaces.into(),
            decoders::byte_fallback::ByteFallback::default().into(),
            Fuse::default().into(),
            decoders::strip::Strip::new(' ', usize::from(scheme != PrependScheme::Never), 0).into(),
        ])));
        Ok(Pipeline {
            inner,
            unknown: None,
            warnings,
        })
    }

    /// Makes Unigram over words with the space before them marked, after SentencePiece's own normalization.
    fn xlm_roberta(&self) -> Result<Pipeline> {
        const UNKNOWN: usize = 3;
        let Some(model) = self.model()? else {
            return Err(self.no_vocabulary("anything else that it could be read from"));
        };
        self.expect(model, &[Kind::Unigram])?;
        let pieces = pieces(self.files, model)?;
        let unknown = pieces.get(UNKNOWN).map(|(piece, _)| piece.clone());
        let model = self.made(|| Unigram::from(pieces, Some(UNKNOWN), false))?;
        let mut inner = Inner::new(model);
        if let Some(map) = self.charsmaps()?.first() {
            // The library can read this normalizer only from text.
            let text = serde_json::json!({ "type": "Precompiled", "precompiled_charsmap": map })
                .to_string();
            let normalizer: NormalizerWrapper = self.made(|| serde_json::from_str(&text))?;
            self.made(|| inner.with_normalizer(Some(normalizer)).map(|_| ()))?;
        }
        let scheme = match self.settings.flag("add_prefix_space")? {
            Some(false) => PrependScheme::Never,
            _ => PrependScheme::Always,
        };
        let spaces = Metaspace::new('▁', scheme, true);
        inner.with_pre_tokenizer(Some(Sequence::new(vec![
            PreTokenizerWrapper::WhitespaceSplit(WhitespaceSplit),
            spaces.clone().into(),
        ])));
        inner.with_decoder(Some(spaces));
        Ok(Pipeline {
            inner,
            unknown,
            warnings: Vec::new(),
        })
    }

    /// Returns the character maps of the normalizer in `tokenizer.json`.
    fn charsmaps(&self) -> Result<Vec<&str>> {
        let normalizer = self.tokenizer.and_then(|file| file.get("normalizer"));
        let maps = normalizer.map_or_else(Vec::new, charsmaps);
        if maps.iter().all(|map| is_whole(map)) {
            return Ok(maps);
        }
        let reason = "the character map (`precompiled_charsmap`) of its normalizer is damaged";
        Err(self.files.unusable(TOKENIZER, reason))
    }

    /// Returns the `model` of `tokenizer.json`, if that file exists.
    fn model(&self) -> Result<Option<&Map<String, Value>>> {
        let Some(file) = self.tokenizer else {
            return Ok(None);
        };
        let model = file.get("model").and_then(Value::as_object);
        let wrong = || self.files.unusable(TOKENIZER, "it has no object `model`");
        model.ok_or_else(wrong).map(Some)
    }

    /// Returns an error if the class would read the file's model as one of another kind.
    fn expect(&self, model: &Map<String, Value>, kinds: &[Kind]) -> Result<()> {
        let kind = Kind::of(model);
        if kind.is_some_and(|kind| kinds.contains(&kind)) {
            return Ok(());
        }
        let kind = kind.map_or_else(|| "of no known type".to_owned(), |kind| format!("{kind:?}"));
        let wanted = kinds
            .first()
            .map_or_else(String::new, |kind| format!("{kind:?}"));
        let reason = format!(
            "its model is {kind}, but transformers' {} ({}) makes a {wanted} of its vocabulary. If the file by itself is \
             the model's tokenizer, write \"tokenizer_class\": \"PreTrainedTokenizerFast\" into {SETTINGS} beside it",
            self.class.name(),
            self.chosen
        );
        Err(self.files.unusable(TOKENIZER, reason))
    }

    fn no_vocabulary(&self, looked: &str) -> Error {
        match self.files.foreign(true) {
            Some(name) => self.foreign(name),
            None => self.files.nothing(&format!(
                "{looked} ({} reads this folder: {})",
                self.class.name(),
                self.chosen
            )),
        }
    }

    fn foreign(&self, name: &str) -> Error {
        let reason = "this kind of vocabulary is not read here. Write a tokenizer.json with transformers: \
                      AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)";
        self.files.unusable(name, reason)
    }

    /// Returns what the library makes, or its error or panic as an error about `tokenizer.json`.
    fn made<T, E: ToString>(&self, make: impl FnOnce() -> std::result::Result<T, E>) -> Result<T> {
        fenced_call(make).map_err(|reason| self.files.unusable(TOKENIZER, reason))
    }
}

fn remark(warnings: &mut Vec<String>, name: &str, remarks: Vec<String>) {
    warnings.extend(
        remarks
            .into_iter()
            .map(|remark| format!("{name}: {remark}.")),
    );
}
