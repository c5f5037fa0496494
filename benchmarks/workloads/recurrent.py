"""One training step of a recurrent language model: characters to vectors, a layer of LSTM or GRU, scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .layers import Arrays

BYTES = 4  # float32
GATES = {"LSTM": 4, "GRU": 3}


@dataclass(frozen=True)
class Recurrent:
    """Embedding, recurrent layer, linear layer; cross-entropy at every step; Adam."""

    name: str
    cell: str = "LSTM"  # or "GRU"
    bidirectional: bool = False
    vocabulary: int = 65
    embedding: int = 64
    hidden: int = 256
    batch: int = 32
    steps: int = 64
    lr: float = 1e-3
    batches: int = 4  # the training steps cycle through so many batches

    kind = "recurrent"
    dtype = "float32"
    checked_runs = 3  # the losses of so many steps must agree ...
    tolerance = 1e-3  # ... to this relative difference with the float64 reference
    reads_only = False

    @property
    def title(self) -> str:
        return self.name

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    def weights(self) -> list[Arrays]:
        """Of the embedding, the recurrent layer and the linear layer, named as in a state_dict."""
        rng = np.random.default_rng(21)
        rows, bound = GATES[self.cell] * self.hidden, self.hidden**-0.5

        def uniform(*shape: int) -> np.ndarray:
            return rng.uniform(-bound, bound, shape).astype(np.float32)

        recurrent = {}
        for end in ("", "_reverse")[: self.directions]:
            recurrent[f"weight_ih_l0{end}"] = uniform(rows, self.embedding)
            recurrent[f"weight_hh_l0{end}"] = uniform(rows, self.hidden)
            recurrent[f"bias_ih_l0{end}"], recurrent[f"bias_hh_l0{end}"] = uniform(rows), uniform(rows)
        table = rng.standard_normal((self.vocabulary, self.embedding)).astype(np.float32)
        features = self.directions * self.hidden
        linear = {"weight": uniform(self.vocabulary, features), "bias": uniform(self.vocabulary)}
        return [{"weight": table}, recurrent, linear]

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (batches, batch, steps), labels (batches, batch * steps).

        The second half repeats the inputs of the first under other labels, for the reason given in mlp.py.
        """
        rng = np.random.default_rng(22)
        half = self.batches // 2
        x = rng.integers(0, self.vocabulary, (half, self.batch, self.steps))
        y = rng.integers(0, self.vocabulary, (half, self.batch * self.steps))
        return np.concatenate([x, x]), np.concatenate([y, (y + 1) % self.vocabulary])

    @property
    def flops(self) -> float:
        """2 a weight and step, three times: forward, the weights' gradients, the inputs'."""
        gates = GATES[self.cell] * self.directions
        weights = gates * self.hidden * (self.embedding + self.hidden)
        weights += self.directions * self.hidden * self.vocabulary
        return 6 * self.batch * self.steps * weights

    @property
    def bytes(self) -> float:
        """The numbers of all gates are written and read again; so are parameters and moments."""
        kept = self.batch * self.steps * self.directions * (GATES[self.cell] + 1) * self.hidden
        parameters = sum(array.size for arrays in self.weights() for array in arrays.values())
        return BYTES * (2 * kept + 6 * parameters)

    @property
    def working_set(self) -> float:
        return self.bytes


WORKLOADS = [
    Recurrent("lstm_b32_t64"),
    Recurrent("gru_b32_t64", cell="GRU"),
    Recurrent("bilstm_b32_t64", bidirectional=True),
    Recurrent("char_lstm_b4_t32", embedding=32, hidden=64, batch=4, steps=32),
]
