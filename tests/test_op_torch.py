"""Every registered op's values and gradients against PyTorch, where it has the op."""

from __future__ import annotations

import numpy as np
import pytest
from op_suite import OTHER_GRADIENT, Sample, all_samples, assert_close, torch_twin

import pynn

torch = pytest.importorskip("torch")

TWINS = [s for s in all_samples() if torch_twin(s.op)]


@pytest.mark.parametrize("sample", TWINS, ids=str)
def test_values_and_gradients_are_those_of_torch(sample):
    args, kwargs, floats = sample.tensors(pynn.float64, requires_grad=True)
    twin_floats = []

    def to_torch(array: np.ndarray) -> object:
        tensor = torch.tensor(array)
        if array.dtype.kind == "f":
            twin_floats.append(tensor.requires_grad_())
        return tensor

    twin = sample.with_arrays(to_torch)
    ys, wants = sample.op(*args, **kwargs), call_torch(torch_twin(sample.op), twin)
    ys, wants = [[y] if hasattr(y, "detach") else list(y) for y in (ys, wants)]
    for y, want in zip(ys, wants, strict=True):
        assert_close(np.array(y.detach()), want.detach().numpy(), str(sample))
    if sample.op.name in OTHER_GRADIENT or not (sample.is_smooth() and any(y.requires_grad for y in ys)):
        return
    kept = [i for i, y in enumerate(ys) if y.requires_grad]
    rng = np.random.default_rng(0)
    dys = [rng.standard_normal(ys[i].shape) for i in kept]
    got = pynn.autograd.grad(
        [ys[i] for i in kept], floats, list(map(pynn.from_numpy, dys)), allow_unused=True
    )
    expected = torch.autograd.grad(
        [wants[i] for i in kept], twin_floats, list(map(torch.tensor, dys)), allow_unused=True
    )
    for a, b in zip(got, expected, strict=True):
        if b is None:
            assert a is None or not np.array(a).any()
        else:
            assert_close(np.array(a), b.numpy(), str(sample))


def call_torch(function, sample: Sample):
    def translate(value: object) -> object:
        return getattr(torch, value.__name__) if isinstance(value, type) else value  # a dtype

    kwargs = {{"axis": "dim"}.get(name, name): translate(value) for name, value in sample.kwargs.items()}
    args = list(map(translate, sample.args))
    # A number stands for a tensor wherever pynn expects one; torch wants a tensor in some such places.
    tensor_places = [i for i, (_, kind, *_) in enumerate(sample.op.args[: len(args)]) if kind == "Tensor"]
    try:
        return function(*args, **kwargs)
    except TypeError:
        for i in tensor_places:
            args[i] = torch.as_tensor(args[i], dtype=torch.float64 if isinstance(args[i], float) else None)
        return function(*args, **kwargs)
