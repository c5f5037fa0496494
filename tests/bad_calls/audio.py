"""Sound, and the network that listens to it."""

from __future__ import annotations

import numpy as np

import pynn
from pynn import audio, models

mel = pynn.zeros(2, 5, 8)
tokens = pynn.zeros(2, 3).long()


def whisper(**settings):
    sizes = {"n_mels": 5, "n_audio_ctx": 4, "n_audio_state": 8, "n_audio_head": 2, "n_audio_layer": 1}
    sizes |= {"n_vocab": 11, "n_text_ctx": 6, "n_text_state": 8, "n_text_head": 2, "n_text_layer": 1}
    return models.Whisper(**(sizes | settings)).eval()


def heard(n=2):
    return whisper().embed_audio(mel[:n])


def counts():
    for name in ("n_mels", "n_audio_ctx", "n_audio_head", "n_audio_layer", "n_vocab", "n_text_ctx"):
        yield (lambda n=name: whisper(**{n: 0}), ValueError, f"Whisper: {name}.*1 or more.*0")
        yield (lambda n=name: whisper(**{n: 1.5}), TypeError, f"Whisper: {name}.*integer.*1.5")


def sounds(call, name):
    return [
        (lambda: call(np.zeros(9, np.int16)), pynn.DTypeError, rf"{name}: audio.*int16.*audio / 32768"),
        (lambda: call(pynn.zeros(9).long()), pynn.DTypeError, rf"{name}: audio must be floats"),
        (lambda: call("song.wav"), TypeError, rf"{name}: audio must be an array of floats, got str"),
        (lambda: call(None), TypeError, rf"{name}: audio must be an array of floats, got NoneType"),
        (lambda: call(0.5), pynn.ShapeError, rf"{name}: audio must be \(\.\.\., samples\).*single number"),
    ]


def overfull():
    model = whisper()
    cache = model.new_cache(heard())
    with pynn.no_grad():
        model.logits(tokens, None, cache)
        model.logits(tokens.repeat(1, 2), None, cache)


CALLS = {
    "pynn.audio.log_mel_spectrogram": [
        *sounds(audio.log_mel_spectrogram, "log_mel_spectrogram"),
        (lambda: audio.log_mel_spectrogram(np.zeros(150)), pynn.ShapeError, "150 samples.*200.*padding=51"),
        (lambda: audio.log_mel_spectrogram(np.zeros(0)), pynn.ShapeError, "0 samples.*padding=201"),
        (lambda: audio.log_mel_spectrogram(np.zeros(900), hop_length=0), ValueError, "hop_length.*1 or more"),
        (lambda: audio.log_mel_spectrogram(np.zeros(900), padding=-1), ValueError, "padding.*0 or more"),
        (
            lambda: audio.log_mel_spectrogram(np.zeros(900), n_mels=300),
            ValueError,
            "300 triangles.*=400",
        ),
    ],
    "pynn.audio.mel_filters": [
        (lambda: audio.mel_filters(n_mels=0), ValueError, "n_mels.*1 or more.*0"),
        (lambda: audio.mel_filters(16_000.5), TypeError, "sample_rate.*integer.*16000.5"),
        (lambda: audio.mel_filters(n_fft=64), ValueError, "80 triangles are too many for n_fft=64.*250 Hz"),
    ],
    "pynn.audio.pad_or_trim": [
        *sounds(audio.pad_or_trim, "pad_or_trim"),
        (lambda: audio.pad_or_trim([0.5], -1), ValueError, "length.*0 or more.*-1"),
    ],
    "pynn.models.Whisper": [
        *counts(),
        (lambda: whisper(n_audio_state=7), ValueError, "n_audio_state must be even.*7"),
        (lambda: whisper(n_audio_state=2, n_text_state=2), ValueError, "n_audio_state.*4 or more"),
        (lambda: whisper(n_text_state=16), ValueError, "n_text_state=16 must be n_audio_state=8"),
        (lambda: whisper(n_text_head=3), ValueError, "n_audio_state=8 must be a multiple of n_text_head=3"),
        (lambda: whisper(n_audio_head=3), ValueError, "n_audio_state=8 must be a multiple of n_audio_head=3"),
        (lambda: whisper()([[1.0]], tokens), TypeError, "Whisper: mel must be a Tensor, got list"),
        (
            lambda: whisper()(mel[0], tokens),
            pynn.ShapeError,
            r"frames\), got \(5, 8\).*unsqueeze\(0\)",
        ),
        (lambda: whisper()(mel.transpose(1, 2), tokens), pynn.ShapeError, r"\(2, 8, 5\).*transpose\(1, 2\)"),
        (lambda: whisper()(mel[:, :3], tokens), pynn.ShapeError, r"\(N, 5, frames\), got \(2, 3, 8\)"),
        (lambda: whisper()(mel.long(), tokens), pynn.DTypeError, "mel must be floating, got pynn.int64"),
        (lambda: whisper()(mel[:, :, :0], tokens), pynn.ShapeError, "has 0 frames, it takes 1 to 8"),
        (lambda: whisper()(pynn.zeros(2, 5, 9), tokens), pynn.ShapeError, "n_audio_ctx=4.*9 frames.*1 to 8"),
        (lambda: whisper()(mel, tokens[:1]), pynn.ShapeError, r"2 recordings and tokens \(1, 3\)"),
        (lambda: whisper()(mel, tokens + 11), IndexError, "11"),
        (lambda: whisper()(mel, tokens.float()), pynn.DTypeError, "Whisper: tokens are whole numbers"),
        (
            lambda: whisper()(mel, tokens.repeat(1, 3)),
            pynn.ShapeError,
            r"\(n_text_ctx=6\): got 9 tokens",
        ),
        (
            lambda: whisper().logits(tokens, mel[0]),
            pynn.ShapeError,
            r"must be \(N, S, 8\), got \(5, 8\)",
        ),
        (lambda: whisper().logits(tokens, None), TypeError, "Whisper: audio must be a Tensor, got NoneType"),
        (overfull, pynn.ShapeError, "n_text_ctx=6.*6 tokens after 3 in the cache"),
        (lambda: whisper().generate(mel, tokens, 4), pynn.ShapeError, "4 new tokens.*behind 3.*room for 3"),
        (lambda: whisper().generate(mel, tokens, -1), ValueError, "max_new_tokens.*0 or more"),
        (lambda: whisper().generate(mel, tokens[:1]), pynn.ShapeError, r"2 recordings and tokens \(1, 3\)"),
        (lambda: whisper().generate(mel, tokens, num_beams=0), ValueError, "num_beams.*1 or more"),
        (lambda: whisper().generate(mel, tokens[:, :0]), pynn.ShapeError, r"tokens \(2, 0\).*no steps"),
    ],
    "pynn.models.WhisperCache": [
        (lambda: models.WhisperCache([], 4), ValueError, "keys, values.*got none"),
        (lambda: models.WhisperCache([(pynn.zeros(1, 2, 3, 4),) * 2], 0), ValueError, "capacity.*1 or more"),
    ],
}
