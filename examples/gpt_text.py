"""A GPT learns the text of pynn's own guide and writes from it: pieces of words, one after the other.

The sections of docs/ are shuffled and one in ten is held out; the vocabulary too is learned from the others
alone. Who counts how often a piece follows the one or two before it is the model to beat.

After 2000 steps its perplexity on sections held out was 51.0, or 2.34 bits a byte. Counting single pieces has
388, pairs 74, triples 53. (The guide grows, and the numbers move with it.) It has learned words,
headings, formulas and links; what it writes makes no sense: 70,000 pieces are a thin book.

python examples/gpt_text.py [--quick] [--steps N] [--until STEP] [--resume] [--out FOLDER]

A checkpoint lies beside the picture: stop with Ctrl-C, or at a step with --until, and go on with --resume.
The weights are then, bit for bit, those of a run that was not stopped.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import models, nn, text

DOCS = Path(__file__).parents[1] / "docs"
END = "<end>"  # of a section
BATCH, LENGTH, EVERY = 16, 128, 50  # windows in a step, pieces in each; steps between two validations
SIZES = {"block_size": LENGTH, "n_layer": 4, "n_head": 4, "n_embd": 128, "dropout": 0.3}
LEARNING_RATE, WARMUP = 2e-3, 100
SENTENCES = "A neuron adds what it hears. The sum goes through a function, and the next neuron hears the sum."


def read_sections() -> list[str]:
    """The prose of all pages, cut at headings; programs, tables of contents and pictures are left out."""
    sections = []
    for page in sorted(DOCS.glob("[!_]*/*.md")) + sorted(DOCS.glob("*.md")):  # _*/ holds results
        prose = re.sub(r"\A---\n.*?\n---\n", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        prose = re.sub(r"^(`{3,}|:{3,}).*?^\1\s*$", "", prose, flags=re.DOTALL | re.MULTILINE)
        prose = re.sub(r"\n{3,}", "\n\n", prose)
        sections += [part.strip() for part in re.split(r"^(?=#+ )", prose, flags=re.MULTILINE)]
    return list(dict.fromkeys(part for part in sections if len(part) > 100))


def split(sections: list[str], share: float = 0.1) -> tuple[list[str], list[str]]:
    """Whole sections to learn from and to be tested with: no window lies in both."""
    order = np.random.default_rng(0).permutation(len(sections))
    held_out = round(share * len(sections))
    return [sections[i] for i in sorted(order[held_out:])], [sections[i] for i in sorted(order[:held_out])]


def stream(vocabulary: text.Vocabulary, sections: list[str]) -> np.ndarray:
    """All sections as one row of tokens, with a sign at the end of each."""
    return np.concatenate([vocabulary.encode(section, eos=True) for section in sections])


def counted(train: np.ndarray, test: np.ndarray, order: int, vocab_size: int) -> float:
    """The cross-entropy in nats of a model that counts which token follows the `order - 1` before it.

    p(w | h) = (c(h w) + t(h) p(w | h')) / (c(h) + t(h)), with t(h) the number of different tokens seen behind
    h, and h' without its first token: Witten & Bell 1991, in the form of Chen & Goodman 1996, section 2.4.
    """
    p = np.full(len(test) - 1, 1 / vocab_size)
    for n in range(order):
        pairs = Counter(zip(*(train[i : len(train) - n + i] for i in range(n + 1)), strict=True))
        context: Counter[tuple[int, ...]] = Counter()
        for gram, count in pairs.items():
            context[gram[:-1]] += count
        kinds = Counter(gram[:-1] for gram in pairs)
        for place in range(n - 1 if n else 0, len(p)):
            gram = tuple(test[place + 1 - n : place + 2])
            total, different = context[gram[:-1]], kinds[gram[:-1]]
            if total:
                p[place] = (pairs[gram] + different * p[place]) / (total + different)
    return float(-np.log(p).mean())


def rate(step: int, steps: int) -> float:
    """Of the learning rate: up along a line, then down along half a cosine to a tenth."""
    if step < WARMUP:
        return (step + 1) / WARMUP
    return 0.55 + 0.45 * math.cos(math.pi * (step - WARMUP) / max(1, steps - WARMUP))


def decayed(model: nn.Module) -> list[dict]:
    """Matrices are pulled towards zero; biases and norms, of which there are few, are not."""
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    others = [p for p in model.parameters() if p.ndim < 2]
    return [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]


def cross_entropy(model: models.GPT, windows: text.WindowDataset) -> float:
    """The mean over all tokens of all windows, in nats."""
    model.eval()
    total = 0.0
    with pynn.no_grad():
        for begin in range(0, len(windows), BATCH):
            x, y = windows.take(slice(begin, begin + BATCH))
            total += nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item()
    model.train()
    return total / (len(windows) * windows.length)


class Run:
    """All that a run holds and a checkpoint keeps."""

    def __init__(self, vocabulary: text.Vocabulary, steps: int, path: Path) -> None:
        self.vocabulary = vocabulary.to_dict()
        self.model = models.GPT(len(vocabulary), **SIZES)
        self.best = self.model.state_dict()
        self.optimizer = pynn.optim.AdamW(decayed(self.model), lr=LEARNING_RATE, betas=(0.9, 0.99))
        self.schedule = pynn.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: rate(step, steps))
        self.steps, self.step, self.path = steps, 0, path
        self.losses: list[float] = []
        self.validated: list[list[float]] = []  # (step, cross-entropy)

    def save(self) -> None:
        """Whole or not at all: an interrupted write leaves the last checkpoint."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        state = {name: getattr(self, name).state_dict() for name in ("model", "optimizer", "schedule")}
        state |= {
            name: getattr(self, name)
            for name in ("best", "vocabulary", "steps", "step", "losses", "validated")
        }
        pynn.save({**state, "random": pynn.get_rng_state()}, self.path)

    def load(self) -> None:
        """Go on where the checkpoint was made."""
        state = pynn.load(self.path)
        if state["steps"] != self.steps:
            raise SystemExit(f"{self.path} is of a run with --steps {state['steps']}, not {self.steps}")
        if state["vocabulary"] != self.vocabulary:
            raise SystemExit(f"{self.path} is of another state of the guide; begin anew, without --resume")
        for name in ("model", "optimizer", "schedule"):
            getattr(self, name).load_state_dict(state[name])
        for name in ("best", "step", "losses", "validated"):
            setattr(self, name, state[name])
        pynn.set_rng_state(state["random"])

    def learn(self, train: np.ndarray, windows: text.WindowDataset, until: int) -> None:
        """Windows from anywhere; validation and a checkpoint now and then; keep the best weights."""
        anywhere = text.WindowDataset(train, LENGTH, stride=1)
        while self.step < until:
            self.step += 1
            # What is drawn depends on the step alone, so that a run that goes on draws the same.
            drawn = np.random.default_rng(self.step).integers(0, len(anywhere), BATCH)
            x, y = anywhere.take(drawn)
            self.optimizer.zero_grad()
            loss = nn.functional.cross_entropy(self.model(x).flatten(0, 1), y.flatten())
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.schedule.step()
            self.losses.append(loss.item())
            if self.step % EVERY == 0 or self.step == until:
                reached = cross_entropy(self.model, windows)
                if all(reached < earlier for _, earlier in self.validated):
                    self.best = {name: value.clone() for name, value in self.model.state_dict().items()}
                self.validated.append([self.step, reached])
                self.save()
                print(
                    f"step {self.step}/{self.steps}  loss {np.mean(self.losses[-EVERY:]):.3f}  "
                    f"validation {reached:.3f}",
                    flush=True,
                )


def write(model: models.GPT, vocabulary: text.Vocabulary, start: str, count: int, seed: int) -> str:
    """Go on from a start, and print each piece as soon as it is there."""
    tokens = vocabulary.encode(start)
    shown = start
    print(start, end="", flush=True)
    settings = {"temperature": 0.7, "top_k": 50, "stop_token": vocabulary.eos_id, "seed": seed}
    for token in models.stream(model, pynn.tensor([tokens]), count, **settings):
        tokens.append(token.item())
        written = vocabulary.decode(tokens)
        if not written.endswith("\N{REPLACEMENT CHARACTER}"):  # the rest of that character is to come
            print(written[len(shown) :], end="", flush=True)
            shown = written
    print()
    return shown


def attention(model: models.GPT, tokens: list[int]) -> np.ndarray:
    """Where each head of each layer looks, `(layers, heads, T, T)`: from what its projection makes."""
    found = []

    def look(layer: nn.Module, _inputs: tuple, projected: pynn.Tensor) -> None:
        q, k, _ = projected.reshape(len(tokens), 3, model.n_head, -1).permute(1, 2, 0, 3).unbind(0)
        scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
        later = pynn.ones(len(tokens), len(tokens)).triu(1).bool()
        found.append(scores.masked_fill(later, -math.inf).softmax(-1).numpy())

    watched = [block.attn.c_attn.register_forward_hook(look) for block in model.transformer.h]
    with pynn.no_grad():
        model(pynn.tensor([tokens]))
    for hook in watched:
        hook.remove()
    return np.stack(found)


def busiest(weights: np.ndarray) -> tuple[int, int]:
    """The layer and head that look furthest on the whole: neighbours alone make a dull picture."""
    places = np.arange(weights.shape[-1])
    far = (weights * (places[:, None] - places > 3)).sum(-1).mean(-1)  # beyond the three before,
    far -= weights[..., 0].mean(-1)  # and not at the first, where a head looks that has nothing to say
    return tuple(int(i) for i in np.unravel_index(far.argmax(), far.shape))


def draw(
    run: Run, baselines: dict[str, float], pieces: list[str], weights: np.ndarray, sample: str
) -> plt.Figure:
    """The curves, one head's attention, and what was written."""
    figure = plt.figure(figsize=(14, 8.4), layout="constrained")
    best = min(value for _, value in run.validated)
    figure.suptitle(
        f"A GPT that read the guide chooses among {math.exp(best):.0f} pieces on text it has not seen; who "
        f"counts pairs, among {math.exp(baselines['two pieces']):.0f}",
        fontsize=15,
    )
    top, bottom = figure.subfigures(2, 1, height_ratios=[2.3, 1])
    left, right = top.subplots(1, 2)
    width = max(1, min(25, len(run.losses) // 4))
    left.plot(
        np.arange(width, len(run.losses) + 1),
        np.convolve(run.losses, np.full(width, 1 / width), "valid"),
        color="#9ca3af",
        label="text it learns from (with dropout)",
    )
    left.plot(*zip(*run.validated, strict=True), "o-", ms=3, color="#2563eb", label="text held out")
    for (name, value), color in zip(baselines.items(), ["#f59e0b", "#dc2626", "#059669"], strict=True):
        left.axhline(value, ls="--", lw=1, color=color, label=f"counting {name}: {value:.2f}")
    left.set(xlabel="step", ylabel="cross-entropy of a piece in nats", title="learning")
    left.legend()
    left.grid(alpha=0.3)
    layer, head = busiest(weights)
    right.imshow(weights[layer, head], cmap="Blues", vmin=0, vmax=1, aspect="auto")
    names = [piece.replace("Ġ", "·").replace("Ċ", "¶") for piece in pieces]
    right.set_xticks(range(len(names)), names, rotation=90, family="monospace", fontsize=8)
    right.set_yticks(range(len(names)), names, family="monospace", fontsize=8)
    right.set(xlabel="looks at", ylabel="piece", title=f"attention: layer {layer + 1}, head {head + 1}")
    bottom.suptitle("what it writes", fontsize=12)
    axes = bottom.subplots()
    axes.axis("off")
    printable = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in sample)
    lines = [line for part in printable.split("\n") for line in textwrap.wrap(part, 150)]
    axes.text(0, 1, "\n".join(lines[:16]), va="top", family="monospace", fontsize=9, parse_math=False)
    return figure


if __name__ == "__main__":
    chosen = options(__doc__, steps=2000, until=0, resume=False)
    pynn.manual_seed(0)
    steps = min(chosen.steps, 6) if chosen.quick else chosen.steps
    learned, held_out = split(read_sections())
    vocabulary = text.BytePairVocabulary(learned, vocab_size=320 if chosen.quick else 1024, eos=END)
    train, test = stream(vocabulary, learned), stream(vocabulary, held_out)
    windows = text.WindowDataset(test[: 4 * LENGTH + 1] if chosen.quick else test, LENGTH)
    size = len(vocabulary)
    print(f"{len(train):,} pieces to learn from and {len(test):,} held out, of {size} different ones")
    names = ["single pieces", "two pieces", "three pieces"]
    baselines = {name: counted(train, test, n + 1, size) for n, name in enumerate(names)}

    run = Run(vocabulary, steps, chosen.out / "gpt_text.safetensors")
    if chosen.resume:
        run.load()
    print(f"{sum(p.numel() for p in run.model.parameters()):,} weights", flush=True)
    run.learn(train, windows, min(steps, chosen.until) if chosen.until else steps)
    if run.step < steps:
        raise SystemExit(0)  # to go on another day

    run.model.load_state_dict(run.best)
    run.model.eval()
    reached = min(value for _, value in run.validated)
    bytes_each = sum(len(section.encode()) for section in held_out) / len(test)
    for name, value in {**{f"counting {name}": v for name, v in baselines.items()}, "GPT": reached}.items():
        bits = value / math.log(2) / bytes_each
        print(f"{name}: perplexity {math.exp(value):.1f}, {bits:.2f} bits a byte")
    sample = "\n\n".join(
        write(run.model, vocabulary, start, 30 if chosen.quick else 120, seed)
        for seed, start in enumerate(["The gradient", "## What a layer", "A network that"])
    )
    shown = vocabulary.encode(SENTENCES)
    pieces = [vocabulary.tokens[token] for token in shown]
    save(draw(run, baselines, pieces, attention(run.model, shown), sample), chosen.out)
