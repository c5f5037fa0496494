"""Text: from characters to numbers and back, and batches of texts of different lengths."""

from .bucketing import BucketBatchSampler
from .byte_pairs import BytePairVocabulary
from .characters import CharVocabulary, WordVocabulary
from .fast_tokenizer import FastTokenizer
from .files import TextFile, load_tokens, save_tokens
from .padding import PadCollate, Padded, pad_batch
from .vocabulary import Vocabulary
from .windows import WindowDataset

__all__ = [
    "BucketBatchSampler",
    "BytePairVocabulary",
    "CharVocabulary",
    "FastTokenizer",
    "PadCollate",
    "Padded",
    "TextFile",
    "Vocabulary",
    "WindowDataset",
    "WordVocabulary",
    "load_tokens",
    "pad_batch",
    "save_tokens",
]
