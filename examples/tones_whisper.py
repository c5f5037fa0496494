"""Write down melodies that are heard: a small Whisper from a spectrogram to the names of notes.

Every recording has a timbre, a tuning and noise of its own; notes overlap, tremble, and differ in length and
loudness. Nobody says when a note sounds: that is found by attention, and the picture shows how well.

After eight epochs 96.7 % of the notes of new melodies are right, and 84.5 % of whole melodies.

python examples/tones_whisper.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import audio, data, models, nn, text

RATE, SECONDS, HOP, MELS = 8000, 3.2, 160, 80
FRAMES = int(RATE * SECONDS) // HOP
OCTAVE = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"]
NAMES = [f"{name}{octave}" for octave in (4, 5) for name in OCTAVE]
MOST, BATCH, SHOWN = 9, 32, 3  # notes in a melody; recordings in a step, and in the picture


class Notes(text.Vocabulary):
    """A melody is names with spaces between."""

    def split(self, text: str) -> list[str]:
        """A token for each note."""
        return text.split()

    def join(self, tokens: list[str]) -> str:
        """The notes as a melody."""
        return " ".join(tokens)


class Melody(NamedTuple):
    """A recording, the notes in it, and when each sounds, `(notes, 2)` in seconds."""

    sound: np.ndarray
    notes: str
    times: np.ndarray


def play(rng: np.random.Generator) -> Melody:
    """Notes at random, sung by somebody who is never heard again."""
    harmonics = rng.uniform(0.1, 1, 5) / np.arange(1, 6)
    tuning, tremble = rng.uniform(-0.3, 0.3), rng.uniform(0, 0.25)  # in semitones
    sound = rng.normal(size=int(RATE * SECONDS)) * 10 ** rng.uniform(-3, -1.3)
    notes, times, begin = [], [], rng.uniform(0.05, 0.3)
    for _ in range(rng.integers(2, MOST + 1)):
        length = rng.uniform(0.14, 0.5)
        if begin + length > SECONDS - 0.1:
            break
        note = int(rng.integers(len(NAMES)))
        notes.append(NAMES[note])
        times.append([begin, begin + length])
        first, last = int(begin * RATE), int((begin + length + 0.08) * RATE)
        now = np.arange(last - first) / RATE
        fade = np.minimum(now / 0.02, 1) * np.exp(-now / rng.uniform(0.3, 1.5))
        fade /= 1 + np.exp((now - length) / 0.012)
        pitch = note + tuning + tremble * np.sin(2 * np.pi * rng.uniform(4, 7) * now)
        phase = 2 * np.pi * np.cumsum(261.63 * 2 ** (pitch / 12)) / RATE
        waves = np.sin(np.outer(np.arange(1, 6), phase))
        sound[first:last] += rng.uniform(0.3, 1) * fade * (harmonics @ waves)
        begin += length + rng.choice([0, rng.uniform(0, 0.12)])
    return Melody(sound / np.abs(sound).max(), " ".join(notes), np.array(times))


def distance(one: list[str], other: list[str]) -> int:
    """How many notes to change, put in or leave out: Levenshtein 1966, by dynamic programming."""
    costs = list(range(len(other) + 1))
    for i, a in enumerate(one):
        before, costs[0] = costs[0], i + 1
        for j, b in enumerate(other):
            before, costs[j + 1] = costs[j + 1], min(costs[j] + 1, costs[j + 1] + 1, before + (a != b))
    return costs[-1]


def learn(model: models.Whisper, loader: data.DataLoader, epochs: int, pad: int, lr: float = 2e-3) -> None:
    """Each note from the recording and from those before it; what follows the end does not count."""
    optimizer = pynn.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.05)
    schedule = pynn.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=epochs * len(loader))
    for epoch in range(epochs):
        total = 0.0
        for mel, written in loader:
            optimizer.zero_grad()
            scores = model(mel, written[:, :-1])
            wanted = written[:, 1:].flatten()
            loss = nn.functional.cross_entropy(scores.flatten(0, 1), wanted, ignore_index=pad)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}  loss {total / len(loader):.4f}", flush=True)


def attention(model: models.Whisper, mel: pynn.Tensor, tokens: pynn.Tensor) -> np.ndarray:
    """Where each token looks when it is about to be written, `(N, T - 1, S)`: the mean of the last heads."""
    with pynn.no_grad():
        looks = model.cross_attention(tokens[:, :-1], model.embed_audio(mel))
    return looks[:, -1].mean(1).numpy()


def heard_in_time(looks: np.ndarray, melodies: list[Melody], found: list[str]) -> float:
    """Of notes in melodies that are right: the share that was looked at most while it sounded."""
    seconds = (np.arange(looks.shape[2]) + 0.5) * SECONDS / looks.shape[2]
    hits = [
        begin - 0.05 <= seconds[row.argmax()] <= end + 0.05
        for rows, melody, notes in zip(looks, melodies, found, strict=True)
        if melody.notes == notes
        for row, (begin, end) in zip(rows, melody.times, strict=False)
    ]
    return 100 * float(np.mean(hits)) if hits else 0.0


def draw(
    mel: pynn.Tensor, melodies: list[Melody], found: list[str], looks: np.ndarray, says: str
) -> plt.Figure:
    """What is heard above; below it, where each note looked."""
    figure, axes = plt.subplots(2, len(melodies), figsize=(15, 7.4), layout="constrained", sharex=True)
    figure.suptitle(f"A small Whisper writes down melodies: {says}", fontsize=15)
    for (top, bottom), spectrum, melody, notes, rows in zip(
        axes.T, mel.numpy(), melodies, found, looks, strict=True
    ):
        names = notes.split() or ["nothing"]
        extent = (0, SECONDS, 0, MELS)
        top.imshow(spectrum, origin="lower", aspect="auto", cmap="magma", extent=extent)
        for (begin, end), name in zip(melody.times, melody.notes.split(), strict=True):
            top.plot([begin, end], [1.5, 1.5], color="white", lw=3)
            top.text((begin + end) / 2, 3, name, color="white", ha="center", fontsize=9)
        top.set(ylabel="band of pitch", title=f"played: {melody.notes}")
        extent = (0, SECONDS, len(names) - 0.5, -0.5)
        bottom.imshow(rows[: len(names)], aspect="auto", cmap="Blues", vmin=0, extent=extent)
        for i, (begin, end) in enumerate(melody.times[: len(names)]):
            bottom.plot([begin, begin], [i - 0.5, i + 0.5], color="#dc2626", lw=1)
            bottom.plot([end, end], [i - 0.5, i + 0.5], color="#dc2626", lw=1)
        bottom.set_yticks(range(len(names)), names)
        bottom.set(xlabel="seconds; red: when it sounds", ylabel="written", title=f"written: {notes}")
    return figure


if __name__ == "__main__":
    chosen = options(__doc__, epochs=8)
    pynn.manual_seed(0)
    count, held_out = (96, 32) if chosen.quick else (6000, 400)
    rng = np.random.default_rng(0)
    melodies = [play(rng) for _ in range(count + held_out)]
    sounds = np.stack([melody.sound for melody in melodies])
    mel = audio.log_mel_spectrogram(sounds, MELS, sample_rate=RATE, n_fft=512, hop_length=HOP)
    vocabulary = Notes(NAMES, pad="<pad>", bos="<begin>", eos="<end>")
    written = vocabulary.encode_batch([m.notes for m in melodies], bos=True, eos=True).tokens
    print(f"{count} melodies to learn from and {held_out} held out, spectrograms {mel.shape[1:]}")

    model = models.Whisper(
        MELS, FRAMES // 2, n_audio_state=64, n_audio_head=4, n_audio_layer=2,
        n_vocab=len(vocabulary), n_text_ctx=MOST + 2, n_text_state=64, n_text_head=4, n_text_layer=2,
    )  # fmt: skip
    loader = data.DataLoader(data.TensorDataset(mel[held_out:], written[held_out:]), BATCH, shuffle=True)
    learn(model, loader, 1 if chosen.quick else chosen.epochs, vocabulary.pad_id)

    model.eval()
    mel, tests = mel[:held_out], melodies[:held_out]
    begin = pynn.full((held_out, 1), vocabulary.bos_id).long()
    for beams in (1, 4):
        tokens = model.generate(mel, begin, stop_token=vocabulary.eos_id, num_beams=beams)
        found = [vocabulary.decode(row) for row in tokens]
        wrong = sum(distance(f.split(), m.notes.split()) for f, m in zip(found, tests, strict=True))
        error = 100 * wrong / sum(len(m.notes.split()) for m in tests)
        right = 100 * float(np.mean([f == m.notes for f, m in zip(found, tests, strict=True)]))
        print(f"{beams} beams: note error rate {error:.2f} %, whole melodies right {right:.1f} %", flush=True)
    looks = attention(model, mel, tokens)
    in_time = heard_in_time(looks, tests, found)
    print(f"looked at while it sounds: {in_time:.1f} % of notes")
    longest = sorted(range(held_out), key=lambda i: -len(tests[i].notes))[:SHOWN]
    says = f"{100 - error:.1f} % of notes right, {in_time:.0f} % looked at while they sound"
    shown = [[part[i] for i in longest] for part in (tests, found)]
    save(draw(mel[longest], *shown, looks[longest], says), chosen.out)
