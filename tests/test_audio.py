"""Spectrograms: values of PyTorch's transform and of the paper's filters, tones in their bands."""

from __future__ import annotations

import math

import numpy as np
import pytest

import pynn
from pynn import audio
from tests.torch_if_there import torch


def noise(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32) / 10


def tone(hertz, rate=16_000, seconds=1.0):
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)


def test_filters_are_those_of_whispers_file():
    filters = audio.mel_filters().numpy()
    # The first number above 0 in OpenAI's mel_filters.npz, and the only one of its row.
    assert filters[0, 1] == np.float32(0.02486259490251541)
    assert np.flatnonzero(filters[0]).tolist() == [1]
    assert audio.mel_filters(n_mels=128).shape == (128, 201)


@pytest.mark.parametrize(("rate", "size", "count"), [(16_000, 400, 80), (22_050, 2048, 128), (8000, 512, 40)])
def test_filters_are_triangles_of_area_one_over_the_mel_scale(rate, size, count):
    filters = audio.mel_filters(rate, size, count).numpy().astype(np.float64)
    fine = audio.mel_filters(rate, 1 << 16, count).numpy().astype(np.float64)
    np.testing.assert_allclose(fine.sum(1) * rate / (1 << 16), 1, rtol=1e-3)
    highest = 15 + 27 * math.log(rate / 2 / 1000) / math.log(6.4)
    peaks = fine.argmax(1) * rate / (1 << 16)
    of_peaks = np.where(peaks < 1000, 3 * peaks / 200, 15 + 27 * np.log(peaks / 1000) / np.log(6.4))
    np.testing.assert_allclose(of_peaks, np.arange(1, count + 1) * highest / (count + 1), atol=0.01)
    assert (filters >= 0).all()
    assert ((filters > 0).sum(0) <= 2).all()  # a frequency is between two centres


@pytest.mark.parametrize("shape", [(5000,), (2, 5000), (2, 3, 1601)])
@pytest.mark.parametrize("padding", [0, 777])
def test_it_is_whispers_formula_on_pytorchs_transform(shape, padding):
    sound = noise(*shape)
    sound[..., shape[-1] // 2 :] *= 1e-6  # more than 8 decades of power below the loudest
    x = torch.nn.functional.pad(torch.tensor(sound).double(), (0, padding)).reshape(-1, shape[-1] + padding)
    window = torch.hann_window(400, dtype=torch.float64)
    power = torch.stft(x, 400, 160, window=window, return_complex=True)[..., :-1].abs() ** 2
    bands = (torch.tensor(audio.mel_filters().numpy()).double() @ power).clamp(min=1e-10).log10()
    want = (torch.maximum(bands, bands.amax((1, 2), keepdim=True) - 8) + 4) / 4
    got = audio.log_mel_spectrogram(sound, padding=padding)
    assert got.dtype is pynn.float32
    assert got.shape == (*shape[:-1], 80, (shape[-1] + padding) // 160)
    np.testing.assert_allclose(got.numpy().reshape(want.shape), want.numpy(), atol=1e-5)


@pytest.mark.parametrize("hertz", [200, 440, 1000, 3000, 7000])
def test_a_tone_is_loudest_in_the_band_around_it(hertz):
    loudness = audio.log_mel_spectrogram(tone(hertz)).numpy()
    filters = audio.mel_filters().numpy()
    band = loudness[:, 50].argmax()
    assert filters[band, round(hertz / 40)] == filters[:, round(hertz / 40)].max()
    assert loudness[band].min() > loudness[:, 50].mean()  # in all frames


def test_silence_is_one_number_and_scaling_keeps_what_is_loud():
    assert np.ptp(audio.log_mel_spectrogram(np.zeros(1600)).numpy()) == 0
    quiet, loud = (audio.log_mel_spectrogram(a * tone(440)).numpy() for a in (0.1, 1))
    np.testing.assert_allclose(loud - quiet, 0.5, atol=1e-4)  # two decades of power, divided by four


def test_recordings_in_a_batch_do_not_know_each_other():
    loud, quiet = noise(3200), noise(3200)[::-1] * 1e-5
    both = audio.log_mel_spectrogram(np.stack([loud, quiet])).numpy()
    for row, sound in zip(both, (loud, quiet), strict=True):
        assert (row == audio.log_mel_spectrogram(np.ascontiguousarray(sound)).numpy()).all()


@pytest.mark.parametrize(
    "make", [list, np.array, lambda x: pynn.tensor(np.array(x)), lambda x: np.float64(x)]
)
def test_lists_arrays_tensors_of_any_float(make):
    got = audio.log_mel_spectrogram(make(tone(440, seconds=0.1).tolist())).numpy()
    np.testing.assert_allclose(got, audio.log_mel_spectrogram(tone(440, seconds=0.1)).numpy(), atol=1e-4)


def test_no_recordings_and_other_sizes():
    assert audio.log_mel_spectrogram(np.zeros((0, 1600))).shape == (0, 80, 10)
    assert audio.log_mel_spectrogram(noise(8000), 40, 0, 8000, 512, 80).shape == (40, 100)
    assert audio.log_mel_spectrogram(noise(201)).shape == (80, 1)
    assert audio.log_mel_spectrogram(noise(1700), n_mels=5, n_fft=401).shape == (5, 10)


def test_pad_or_trim():
    x = noise(2, 5)
    assert (audio.pad_or_trim(x, 3).numpy() == x[:, :3]).all()
    padded = audio.pad_or_trim(pynn.tensor(x), 8).numpy()
    assert (padded[:, :5] == x).all()
    assert (padded[:, 5:] == 0).all()
    assert audio.pad_or_trim(x).shape == (2, 480_000)
    assert audio.pad_or_trim(x, 0).shape == (2, 0)
