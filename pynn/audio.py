"""Sound as a network reads it: how loud each pitch is, moment by moment.

step            shape                          what
sound           (..., samples)                 pressure, -1 to 1
frames          (..., T, n_fft)                pieces that overlap, faded in and out by a Hann window
power           (..., T, n_fft / 2 + 1)        |Fourier transform|^2: the energy of each frequency
mel filters     (..., n_mels, T)               summed over bands as wide as the ear tells pitches apart
logarithm       (..., n_mels, T)               as the ear hears loudness; 8 decades below the loudest at most
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor

__all__ = ["log_mel_spectrogram", "mel_filters", "pad_or_trim"]


def mel_filters(sample_rate: int = 16_000, n_fft: int = 400, n_mels: int = 80) -> Tensor:
    """Triangles over the frequencies of a Fourier transform, evenly spaced in mel, a measure of pitch.

    Up to 1000 Hz a mel is 200/3 Hz, above it a step by the factor 6.4^(1/27). Triangle i rises from the
    centre of the one before to its own and falls to that of the next; its height is 2 / width in Hz, so that
    noise gives every band the same.

    Args:
        sample_rate: samples in a second; the last triangle ends at half of it.
        n_fft: samples in a frame.
        n_mels: how many triangles.

    Returns:
        `(n_mels, n_fft // 2 + 1)`, float32.

    Raises:
        ValueError: a count below 1, or so many triangles that some lie between two frequencies.

    Source: Slaney 1998, Auditory Toolbox, technical report 1998-010, MakeERBFilters and mfcc; Stevens,
    Volkmann & Newman 1937, A scale for the measurement of the psychological magnitude pitch.

    Example:
        >>> import pynn
        >>> filters = pynn.audio.mel_filters(n_mels=80)
        >>> filters.shape, round(filters[0, 1].item(), 6)
        ((80, 201), 0.024863)
    """
    name = "mel_filters"
    rate = _check.integer(name, "sample_rate", sample_rate, 1)
    size = _check.integer(name, "n_fft", n_fft, 1)
    count = _check.integer(name, "n_mels", n_mels, 1)
    centres = _hertz(np.linspace(0, _mel(rate / 2), count + 2))
    frequencies = np.arange(size // 2 + 1) * (rate / size)
    below, centre, above = (centres[i : count + i, None] for i in range(3))
    rising = (frequencies - below) / (centre - below)
    falling = (above - frequencies) / (above - centre)
    filters = np.maximum(0, np.minimum(rising, falling)) * (2 / (above - below))
    empty = np.flatnonzero(~filters.any(1))
    if empty.size:
        raise ValueError(
            f"mel_filters: {count} triangles are too many for n_fft={size}: number {empty[0]} lies between "
            f"two frequencies, which are {rate / size:.4g} Hz apart. Take fewer, or a larger n_fft"
        )
    return _core.tensor(filters.astype(np.float32))


def log_mel_spectrogram(
    audio: Any,
    n_mels: int = 80,
    padding: int = 0,
    sample_rate: int = 16_000,
    n_fft: int = 400,
    hop_length: int = 160,
) -> Tensor:
    """How loud each band of pitch is, frame by frame: what `models.Whisper` listens to.

    x = log10 max(filters |STFT|^2, 1e-10), then (max(x, max x - 8) + 4) / 4. A frame is taken every
    `hop_length` samples, centred on its place; at the ends the sound is mirrored. With the defaults, 25
    milliseconds every 10, these are the numbers of OpenAI's Whisper. A recording is scaled by its own loudest
    moment, also in a batch.

    Args:
        audio: `(..., samples)`, a tensor, array or list of floats in -1 to 1.
        n_mels: bands of pitch: 80, or 128 for the largest Whisper.
        padding: silent samples to put behind.
        sample_rate: samples in a second.
        n_fft: samples in a frame.
        hop_length: samples from one frame to the next.

    Returns:
        `(..., n_mels, samples // hop_length)`, float32.

    Raises:
        TypeError, DTypeError: the sound is no array of floats; 16-bit integers are divided by 32768 first.
        ShapeError: it is too short to be mirrored: n_fft // 2 samples or fewer.
        ValueError: a count out of range.

    Source: Radford et al. 2022, Robust speech recognition via large-scale weak supervision, section 2.2,
    arXiv:2212.04356.

    Example:
        >>> import math, pynn
        >>> second = pynn.arange(16_000) / 16_000
        >>> tone = pynn.sin(2 * math.pi * 440 * second)
        >>> loudness = pynn.audio.log_mel_spectrogram(tone)
        >>> loudness.shape, loudness.mean(1).argmax().item()  # which band it is in
        ((80, 100), 11)
    """
    name = "log_mel_spectrogram"
    filters = mel_filters(sample_rate, n_fft, n_mels).numpy()
    hop = _check.integer(name, "hop_length", hop_length, 1)
    sound = _sound(name, audio)
    silence = _check.integer(name, "padding", padding, 0)
    sound = np.pad(sound, [(0, 0)] * (sound.ndim - 1) + [(0, silence)])
    half = n_fft // 2
    if sound.shape[-1] <= half:
        raise ShapeError(
            f"{name}: {sound.shape[-1]} samples cannot be mirrored by n_fft // 2 = {half} at the ends. "
            f"Did you mean padding={half + 1 - sound.shape[-1]}?"
        )
    window = 0.5 - 0.5 * np.cos(2 * math.pi * np.arange(n_fft) / n_fft)
    bands = np.empty((*sound.shape[:-1], sound.shape[-1] // hop, n_mels))
    for place in np.ndindex(sound.shape[:-1]):  # one at a time: frames overlap, and take many times its room
        mirrored = np.pad(sound[place], half, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(mirrored, n_fft)[::hop]
        # As Whisper does, the last, half a mirror, is left out.
        power = np.abs(np.fft.rfft(frames[: bands.shape[-2]] * window)) ** 2
        bands[place] = np.log10(np.maximum(power @ filters.T, 1e-10))
    loudest = bands.max((-2, -1), keepdims=True, initial=-10.0)
    scaled = (np.maximum(bands, loudest - 8) + 4) / 4
    return _core.tensor(np.ascontiguousarray(scaled.swapaxes(-1, -2), np.float32))


def pad_or_trim(audio: Any, length: int = 480_000) -> Tensor:
    """A sound of exactly this many samples: silence is put behind, or the rest cut off.

    Args:
        audio: `(..., samples)`, a tensor, array or list of floats.
        length: how many samples. Default: the 30 seconds that Whisper reads.

    Returns:
        `(..., length)`, float32.

    Raises:
        TypeError, DTypeError: the sound is no array of floats.
        ValueError: the length is negative.

    Example:
        >>> import pynn
        >>> pynn.audio.pad_or_trim([0.5, 0.25], 4), pynn.audio.pad_or_trim([0.5, 0.25], 1)
        (tensor([0.5 , 0.25, 0.  , 0.  ]), tensor([0.5]))
    """
    length = _check.integer("pad_or_trim", "length", length, 0)
    sound = _sound("pad_or_trim", audio)[..., :length]
    missing = [(0, 0)] * (sound.ndim - 1) + [(0, length - sound.shape[-1])]
    return _core.tensor(np.pad(sound, missing).astype(np.float32))


def _sound(owner: str, audio: Any) -> np.ndarray:
    sound = audio.detach().numpy() if isinstance(audio, Tensor) else np.asarray(audio)
    if sound.dtype.kind in "iu":
        raise DTypeError(
            f"{owner}: audio must be floats in -1 to 1, got {sound.dtype}. Of 16 bits? "
            "Did you mean audio / 32768?"
        )
    if sound.dtype.kind != "f":
        raise TypeError(f"{owner}: audio must be an array of floats, got {type(audio).__name__}")
    if sound.ndim == 0:
        raise ShapeError(f"{owner}: audio must be (..., samples), got a single number")
    return sound.astype(np.float64)


# Below 1000 Hz, mel 15, pitch follows frequency; above it, the logarithm of frequency.
_HERTZ, _BEND, _STEP = 200 / 3, 1000.0, math.log(6.4) / 27


def _mel(hertz: float) -> float:
    return hertz / _HERTZ if hertz < _BEND else _BEND / _HERTZ + math.log(hertz / _BEND) / _STEP


def _hertz(mel: np.ndarray) -> np.ndarray:
    return np.where(mel < _BEND / _HERTZ, mel * _HERTZ, _BEND * np.exp(_STEP * (np.maximum(mel, 15) - 15)))
