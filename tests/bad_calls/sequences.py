"""Models of sequences, and the loss of labels without times."""

from __future__ import annotations

import pynn
from pynn import models, nn
from pynn.nn import functional as F

from .generative import sizes

tokens = pynn.ones(2, 5, dtype=pynn.int64)
x = pynn.rand(2, 5, 3)
log_p = pynn.zeros(6, 2, 4).log_softmax(-1)


def make(name, **given):
    return lambda: getattr(models, name)(**given)


def sized(name, *arguments, **needed):
    """What `sizes` tries, for models that must be told something besides."""
    build = getattr(models, name)
    return [
        (lambda a=a: build(**{**needed, a: 0}), ValueError, f"{name}: {a}.*1 or more.*0") for a in arguments
    ] + [(lambda a=a: build(**{**needed, a: "a"}), TypeError, f"{name}: {a}.*'a'") for a in arguments]


def reads_tokens(name, model):
    return [
        (lambda: model(None), TypeError, f"{name}: .*NoneType"),
        (lambda: model(tokens.float()), TypeError, f"{name}: .*integers.*float32"),
        (lambda: model(tokens[0]), pynn.ShapeError, rf"{name}: .*\(N, T\).*\(5,\).*unsqueeze\(0\)"),
        (lambda: model(tokens[:, :0]), pynn.ShapeError, rf"{name}: .*\(2, 0\).*no steps"),
        (lambda: model(tokens * 99), IndexError, "99"),
    ]


def reads_steps(name, model):
    return [
        (lambda: model(None), TypeError, f"{name}.*NoneType"),
        (lambda: model(x[0]), pynn.ShapeError, rf"{name}.*\(5, 3\).*\(N, T, 3\).*unsqueeze\(0\)"),
        (lambda: model(x.transpose(1, 2)), pynn.ShapeError, rf"{name}.*\(2, 3, 5\).*transpose\(1, 2\)"),
        (lambda: model(x[:, :0]), pynn.ShapeError, rf"{name}.*\(2, 0, 3\).*no steps"),
    ]


def ctc(call):
    lengths = ([6, 5], [2, 1])
    return [
        (lambda: call(None, [[1, 2], [3, 3]], *lengths), TypeError, "ctc_loss: log_probs.*NoneType"),
        (lambda: call(log_p[0, 0], [[1]], [1], [1]), pynn.ShapeError, r"\(T, N, C\).*\(4,\)"),
        (lambda: call(log_p, [[1.5, 2], [3, 3]], *lengths), TypeError, "targets must be integers"),
        (lambda: call(log_p, [[1], [2, 3]], *lengths), TypeError, "targets must be integers"),
        (lambda: call(log_p, [[1, 2]], *lengths), pynn.ShapeError, r"\(6, 2, 4\) needs targets.*\(1, 2\)"),
        (lambda: call(log_p, [1, 2, 3, 3], *lengths), pynn.ShapeError, r"add up to, 3; got \(4,\)"),
        (lambda: call(log_p, [[1, 0], [3, 3]], *lengths), IndexError, r"label 0 at position \(0, 1\).*blank"),
        (lambda: call(log_p, [[1, 4], [3, 3]], *lengths), IndexError, "label 4.*0 to 3"),
        (lambda: call(log_p, [[1, 2], [3, 3]], [7, 5], [2, 1]), ValueError, r"input_lengths\[0\] is 7.*to 6"),
        (lambda: call(log_p, [[1, 2], [3, 3]], [6, 5], [2, 3]), ValueError, r"target_lengths\[1\] is 3"),
        (
            lambda: call(log_p, [[1, 2], [3, 3]], [6], [2, 2]),
            pynn.ShapeError,
            r"input_lengths.*\(2,\).*\(1,\)",
        ),
        (lambda: call(log_p, [[1, 2], [3, 3]], [6, 6], [2]), pynn.ShapeError, r"target_lengths.*\(1,\)"),
        (lambda: call(log_p.long(), [[1, 2], [3, 3]], *lengths), TypeError, "ctc_loss.*int64"),
    ]


def bag(call, build):
    return [
        (lambda: call(None), TypeError, "embedding_bag: input.*NoneType"),
        (lambda: call(x), TypeError, "embedding_bag: input.*integers.*float32"),
        (lambda: call(tokens[0]), pynn.ShapeError, r"embedding_bag: input \(5,\).*offsets.*unsqueeze\(0\)"),
        (lambda: call(tokens, [0]), pynn.ShapeError, r"embedding_bag.*\(2, 5\).*offsets"),
        (lambda: call(tokens[0], [[0]]), pynn.ShapeError, r"offsets must be \(N,\), got \(1, 1\)"),
        (lambda: call(tokens[0], [1, 3]), ValueError, r"offsets begin with 0.*\[1, 3\]"),
        (lambda: call(tokens[0], [0, 4, 2]), ValueError, r"never fall.*\[0, 4, 2\]"),
        (lambda: call(tokens[0], [0, 9]), ValueError, "within the 5"),
        (lambda: call(tokens[0], [0.0, 1.5]), TypeError, "offsets must be integers"),
        (lambda: call(tokens * 9), IndexError, "9"),
        (lambda: build(mode="min"), ValueError, "mode.*'min'"),
        (lambda: build(padding_idx=4), ValueError, "padding_idx=4"),
        (lambda: call(tokens, per_sample_weights=x[..., 0]), ValueError, "mode='sum'.*'mean'"),
    ]


table = pynn.ones(4, 3)

CALLS = {
    "pynn.nn.EmbeddingBag": [
        *bag(nn.EmbeddingBag(4, 3), lambda **given: nn.EmbeddingBag(4, 3, **given)),
        (lambda: nn.EmbeddingBag(-1, 3), ValueError, "num_embeddings.*-1"),
    ],
    "pynn.nn.functional.embedding_bag": [
        *bag(
            lambda input, *given, **named: F.embedding_bag(input, table, *given, **named),
            lambda **given: F.embedding_bag(tokens, table, **given),
        ),
        (lambda: F.embedding_bag(tokens, table[0]), pynn.ShapeError, r"weight must be.*\(3,\)"),
        (
            lambda: F.embedding_bag(tokens, table, mode="sum", per_sample_weights=x),
            pynn.ShapeError,
            r"per_sample_weights \(2, 5, 3\).*\(2, 5\)",
        ),
    ],
    "pynn.models.CharRNN": [
        *sized("CharRNN", "embedding", "hidden", "num_layers", vocabulary=3),
        *sizes("CharRNN", "vocabulary"),
        (make("CharRNN", vocabulary=3, cell="lru"), ValueError, "CharRNN: cell.*'lru'"),
        (make("CharRNN", vocabulary=3, dropout=2), ValueError, "CharRNN: dropout.*2"),
        *reads_tokens("CharRNN", models.CharRNN(4, hidden=8)),
        (lambda: models.CharRNN(4, hidden=8).generate(tokens, -1), ValueError, "max_new_tokens.*-1"),
        (lambda: models.CharRNN(4, hidden=8).generate(tokens, 1, -0.5), ValueError, "temperature.*-0.5"),
        (lambda: models.CharRNN(4, hidden=8).generate(tokens, 1, top_k=0), ValueError, "top_k.*0"),
    ],
    "pynn.models.LSTMForecaster": [
        *sizes("LSTMForecaster", "features", "horizon", "targets", "hidden", "num_layers"),
        (make("LSTMForecaster", features=2, targets=3), ValueError, "targets=3.*2 features"),
        (make("LSTMForecaster", dropout=-1), ValueError, "LSTMForecaster: dropout.*-1"),
        *reads_steps("LSTMForecaster", models.LSTMForecaster(3)),
        (lambda: models.LSTMForecaster()(x[..., 0]), pynn.ShapeError, r"\(2, 5\).*unsqueeze\(-1\)"),
    ],
    "pynn.models.SequenceClassifier": [
        *sized(
            "SequenceClassifier", "num_classes", "embedding", "hidden", "num_layers",
            num_classes=2, vocabulary=4,
        ),
        (make("SequenceClassifier", num_classes=2), ValueError, "vocabulary.*or features"),
        (make("SequenceClassifier", num_classes=2, vocabulary=3, features=3), ValueError, "vocabulary=3"),
        (make("SequenceClassifier", num_classes=2, features=3, pad=0), ValueError, "pad=0"),
        (make("SequenceClassifier", num_classes=2, features=3, pooling="min"), ValueError, "pooling.*'min'"),
        (make("SequenceClassifier", num_classes=2, features=3, cell="tcn"), ValueError, "cell.*'tcn'"),
        *reads_tokens("SequenceClassifier", models.SequenceClassifier(2, 4)),
        *reads_steps("SequenceClassifier", models.SequenceClassifier(2, features=3)),
        (lambda: models.SequenceClassifier(2, 4)(tokens, [5, 6]), ValueError, r"lengths\[1\] is 6"),
    ],
    "pynn.models.Seq2Seq": [
        *sized(
            "Seq2Seq", "source_vocabulary", "target_vocabulary", "embedding", "hidden",
            source_vocabulary=4, target_vocabulary=4,
        ),
        (lambda: models.Seq2Seq(4, 4, attention="dot"), ValueError, "Seq2Seq: attention.*'dot'"),
        (lambda: models.Seq2Seq(4, 4, eos=4), ValueError, "Seq2Seq: eos=4.*4 tokens"),
        *reads_tokens("Seq2Seq", lambda source: models.Seq2Seq(4, 4)(source, tokens)),
        *reads_tokens("Seq2Seq", lambda target: models.Seq2Seq(4, 4)(tokens, target)),
        (lambda: models.Seq2Seq(4, 4)(tokens, tokens[:1]), pynn.ShapeError, r"\(2, 5\).*\(1, 5\).*equally"),
        (lambda: models.Seq2Seq(4, 4).decode(tokens, beam=0), ValueError, "Seq2Seq.decode: beam.*0"),
        (lambda: models.Seq2Seq(4, 4).decode(tokens, max_length=0), ValueError, "max_length.*0"),
    ],
    "pynn.models.TCN": [
        *sized("TCN", "in_features", "out_features", "kernel_size", in_features=3, out_features=2),
        (lambda: models.TCN(3, 2, ()), ValueError, r"TCN: channels.*\(32, 32\).*\(\)"),
        (lambda: models.TCN(3, 2, 8), ValueError, "TCN: channels.*8"),
        (lambda: models.TCN(3, 2, (8, 0)), ValueError, "TCN: each of channels.*0"),
        *reads_steps("TCN", models.TCN(3, 2)),
    ],
    "pynn.nn.functional.ctc_loss": [
        *ctc(F.ctc_loss),
        (lambda: F.ctc_loss(log_p, [[1, 2], [3, 3]], [6, 5], [2, 1], reduction="avg"), ValueError, "avg"),
        (lambda: F.ctc_loss(log_p, [[1, 2], [3, 3]], [6, 5], [2, 1], blank=4), ValueError, "blank=4.*4 cl"),
    ],
    "pynn.nn.CTCLoss": [
        *ctc(nn.CTCLoss()),
        (lambda: nn.CTCLoss(blank=-1), ValueError, "CTCLoss: blank.*-1"),
        (lambda: nn.CTCLoss(reduction="avg"), ValueError, "CTCLoss: reduction.*avg"),
        (lambda: nn.CTCLoss()(log_p), TypeError, "argument"),
    ],
}  # fmt: skip
