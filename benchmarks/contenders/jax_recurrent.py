"""A recurrent layer for JAX: the inputs' part of all steps at once, then a scan over the steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..workloads.recurrent import Recurrent


def layer_of(jax: Any, case: Recurrent) -> Callable[[Any, Any], Any]:
    """(arrays, x (N, T, features)) -> (N, T, directions * hidden)."""
    jnp = jax.numpy

    def lstm(own: Any, end: str, states: Any, a: Any) -> Any:
        h, c = states
        i, f, g, o = jnp.split(a + h @ own[f"weight_hh_l0{end}"].T, 4, 1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def gru(own: Any, end: str, states: Any, a: Any) -> Any:
        (h,) = states
        ar, az, an = jnp.split(a, 3, 1)
        sr, sz, sn = jnp.split(h @ own[f"weight_hh_l0{end}"].T + own[f"bias_hh_l0{end}"], 3, 1)
        z = jax.nn.sigmoid(az + sz)
        h = (1 - z) * jnp.tanh(an + jax.nn.sigmoid(ar + sr) * sn) + z * h
        return (h,), h

    cell, count = (lstm, 2) if case.cell == "LSTM" else (gru, 1)

    def run(own: Any, x: Any) -> Any:
        outputs = []
        for end in ("", "_reverse")[: case.directions]:
            a = x @ own[f"weight_ih_l0{end}"].T + own[f"bias_ih_l0{end}"]
            if cell is lstm:
                a = a + own[f"bias_hh_l0{end}"]
            first = (jnp.zeros((len(x), case.hidden), x.dtype),) * count
            _, y = jax.lax.scan(
                lambda s, a, end=end: cell(own, end, s, a), first, a.swapaxes(0, 1), reverse=bool(end)
            )
            outputs.append(y.swapaxes(0, 1))
        return jnp.concatenate(outputs, 2)

    return run
