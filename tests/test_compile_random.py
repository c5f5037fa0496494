"""The random programs of test_random_programs.py, recorded: values and gradients to the last bit."""

from __future__ import annotations

import warnings

import numpy as np
from compile_suite import same
from hypothesis import given, settings
from hypothesis import strategies as st
from test_random_programs import programs, run

import pynn


@given(program=programs, seed=st.integers(0, 2**16))
@settings(max_examples=150)
def test_a_recorded_random_program_is_the_eager_one(program, seed):
    def step(x):
        leaf = x.clone().requires_grad_()
        total, values = run(program, leaf, pynn)
        total.backward()
        return [total.detach(), leaf.grad, *[v.detach() for v in values]]

    compiled = pynn.compile(step)
    rng = np.random.default_rng(seed)
    for _ in range(3):
        x = pynn.tensor(rng.uniform(-1, 1, (2, 3)))
        try:
            want = step(x)
        except pynn.AutogradError:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pynn.RecordingWarning)
            got = compiled(x)
        assert len(got) == len(want)
        assert all(map(same, got, want)), compiled.explain()
