"""What the classifier and the regressor share: a Module that is made, trained and asked, as an estimator.

An estimator's parameters are stored as they were given and are looked at in `fit`; what `fit` learns ends in
an underscore. scikit-learn's `clone`, `set_params` and searches rest on these two rules.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, _num_samples, check_is_fitted, validate_data

from pynn import _check, _core, autograd, data, nn, optim, train
from pynn._core import Tensor
from pynn._generator import Generator, drawing
from pynn.models.mlp import MLP
from pynn.train.resolve import OPTIMIZERS

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "identity": nn.Identity,
    "logistic": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
}
Self = TypeVar("Self", bound="NeuralEstimator")


class NeuralEstimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Base of the estimators. A subclass says what the targets are, which loss and score they have."""

    hidden_layer_sizes: int | Sequence[int]
    activation: str | Callable[[], nn.Module]
    module: nn.Module | Callable[[int, int], nn.Module] | None
    solver: str | Callable[..., optim.Optimizer]
    loss: str | Callable[..., Any] | None
    dropout: float
    alpha: float
    batch_size: int | str
    learning_rate_init: float
    max_iter: int
    shuffle: bool
    random_state: Any
    dtype: str
    tol: float
    verbose: bool | int
    warm_start: bool
    early_stopping: bool
    validation_fraction: float
    n_iter_no_change: int
    callbacks: Sequence[train.Callback] | None

    module_: nn.Module
    loss_curve_: list[float]
    validation_scores_: list[float]
    n_outputs_: int
    _score: str  # the metric that early stopping watches

    # ---- what a subclass says ---------------------------------------------------------------------

    def _targets(self, y: np.ndarray, classes: Any, reset: bool) -> np.ndarray:
        """The targets as the loss takes them; learns `n_outputs_` if `reset`."""
        raise NotImplementedError

    def _weigh(self, y: np.ndarray, weights: np.ndarray | None, partial: bool) -> np.ndarray | None:
        """The weight of every sample, that of its class included; None if all count the same."""
        return weights

    def _loss(self) -> Any:
        raise NotImplementedError

    def _strata(self, targets: np.ndarray) -> np.ndarray | None:
        """What the samples held out should have in the same proportions as the others."""
        return None

    # ---- fitting ----------------------------------------------------------------------------------

    def fit(self: Self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train anew; with `warm_start`, go on from where the last call ended.

        Args:
            X: `(n_samples, n_features)` numbers; with `module`, samples may have more axes.
            y: `(n_samples,)` or `(n_samples, n_outputs)` targets.
            sample_weight: `(n_samples,)`, how much each sample counts.

        Returns:
            The estimator itself.

        Raises:
            ValueError: data or parameters that are not as described.
            FloatingPointError: the training diverged; the message says where.
        """
        afresh = not (self.warm_start and hasattr(self, "module_"))
        return self._fit(X, y, sample_weight, self._count("max_iter"), afresh)

    def _fit(
        self: Self,
        X: Any,
        y: Any,
        sample_weight: Any,
        epochs: int,
        afresh: bool,
        classes: Any = None,
        partial: bool = False,
    ) -> Self:
        if afresh:
            self._dtype = self._choose_dtype(X, partial)
        X, y = validate_data(
            self,
            X,
            y,
            dtype=self._dtype,
            allow_nd=self.module is not None,
            multi_output=True,
            y_numeric=not hasattr(self, "class_weight"),
            reset=afresh,
        )
        targets = self._targets(y, classes, afresh)
        if targets.dtype.kind == "f":
            targets = targets.astype(self._dtype)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X)
        weights = self._weigh(y, sample_weight, partial)
        if weights is not None and not ((weights >= 0).all() and weights.any()):
            raise ValueError(f"{self._name}: sample weights must be 0 or more, and at least one not zero")
        if afresh:
            seed = check_random_state(self.random_state).randint(2**31 - 1)
            self._generator = Generator().manual_seed(int(seed))
        with drawing(self._generator):
            if afresh:
                self._begin(X, weights)
            self._train(X, targets, weights, epochs, held_out=self.early_stopping and not partial)
        return self

    def _begin(self, X: np.ndarray, weights: np.ndarray | None) -> None:
        self.module_ = self._make_module(X)
        # As in scikit-learn, the penalty alpha/2 ‖W‖² is divided by what a batch weighs.
        weight = self._batch(X) * (1.0 if weights is None else float(weights.mean()))
        self.module_.compile(self._make_optimizer(self.module_, weight), self._loss())
        self.n_iter_, self.loss_curve_ = 0, []
        if self.early_stopping:
            self.validation_scores_ = []

    def _train(
        self, X: np.ndarray, targets: np.ndarray, weights: np.ndarray | None, epochs: int, held_out: bool
    ) -> None:
        parts: list[np.ndarray] = [X, targets]
        if weights is not None:
            # With a mean of 1, the sum over a batch is divided by its weight, not by its size.
            parts.append((weights / weights.mean()).astype(self._dtype))
        validation, callbacks = None, list(self.callbacks or ())
        if held_out:
            parts, kept = self._hold_out(parts)
            validation = _dataset(kept)
        if epochs > 1:
            _check.real(self._name, "tol", self.tol, 0)
            monitor = f"val_{self._score}" if held_out else "loss"
            patience = self._count("n_iter_no_change")
            callbacks.append(_Standstill(monitor, self.tol, patience, restore_best_weights=held_out))
        self.module_.compile(self.module_.optimizer, self._loss(), [self._score] if held_out else None)
        history = self.module_.fit(
            _dataset(parts),
            epochs=epochs,
            batch_size=self._batch(parts[0]),
            validation_data=validation,
            callbacks=callbacks,
            shuffle=self.shuffle,
            verbose=int(self.verbose),
        )
        if history.interrupted:
            warnings.warn(f"{self._name}: the training was interrupted by the user", stacklevel=4)
        self.n_iter_ += len(history.epoch)
        self.loss_curve_ += history.history.get("loss", [])
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else float("nan")
        if held_out:
            self.validation_scores_ += history.history.get(f"val_{self._score}", [])

    def _hold_out(self, parts: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        fraction = _check.real(self._name, "validation_fraction", self.validation_fraction, above=0)
        seed = int(_core.ops.randint(0, 2**31 - 1, (1,)).item())
        split = train_test_split(
            *parts, test_size=fraction, random_state=seed, stratify=self._strata(parts[1])
        )
        return split[::2], split[1::2]

    # ---- making -----------------------------------------------------------------------------------

    def _make_module(self, X: np.ndarray) -> nn.Module:
        made: Any
        if self.module is None:
            made = self._make_mlp(X.shape[1])
        elif isinstance(self.module, nn.Module):
            made = copy.deepcopy(self.module)
        elif callable(self.module):
            made = self.module(X.shape[1], self.n_outputs_)
        else:
            raise TypeError(
                f"{self._name}: module is a Module, or makes one of (n_features, n_outputs); "
                f"got {self.module!r}"
            )
        if not isinstance(made, nn.Module):
            raise TypeError(f"{self._name}: module must make a Module, got {type(made).__name__}")
        few = _tensor(X[:2])
        made.eval()
        with autograd.no_grad():
            if not all(part.built for part in made.modules()):
                made(few.float())  # settles the sizes that were left out
            given = made.to(few.dtype)(few)
        made.train()
        wanted = (len(few), self.n_outputs_)
        if not isinstance(given, Tensor) or tuple(given.shape) != wanted:
            got = tuple(given.shape) if isinstance(given, Tensor) else type(given).__name__
            raise ValueError(
                f"{self._name}: of {len(few)} samples the module made {got}; it should make {wanted}, one "
                "number for each output"
            )
        return made

    def _make_mlp(self, n_features: int) -> nn.Module:
        sizes = self.hidden_layer_sizes
        sizes = list(sizes) if isinstance(sizes, (Sequence, np.ndarray)) else [sizes]
        activation = self.activation
        if isinstance(activation, str):
            activation = ACTIVATIONS[_check.choice(self._name, "activation", activation, list(ACTIVATIONS))]
        hidden = [_check.integer(self._name, "each of hidden_layer_sizes", size, 1) for size in sizes]
        made = MLP(n_features, hidden, self.n_outputs_, activation, self.dropout)
        for layer in made.modules():
            if isinstance(layer, nn.Linear) and layer.bias is not None:
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        return made

    def _make_optimizer(self, module: nn.Module, batch_weight: float) -> optim.Optimizer:
        rate = _check.real(self._name, "learning_rate_init", self.learning_rate_init, above=0)
        decay = _check.real(self._name, "alpha", self.alpha, 0) / batch_weight
        parameters = list(module.parameters())
        groups = [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]
        options: dict[str, Any] = {"lr": rate}
        solver: Any = self.solver
        if isinstance(solver, str):
            if solver == "sgd":  # as scikit-learn's default
                options.update(momentum=0.9, nesterov=True)
            solver = OPTIMIZERS[_check.choice(self._name, "solver", solver, list(OPTIMIZERS))]
        if not callable(solver):
            raise TypeError(
                f"{self._name}: solver is a name, a class of pynn.optim or a function of (groups, lr); "
                f"got {solver!r}"
            )
        return solver([group for group in groups if group["params"]], **options)

    # ---- asking -----------------------------------------------------------------------------------

    def _outputs(self, X: Any) -> Tensor:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=self._dtype, allow_nd=self.module is not None, reset=False)
        return self.module_.predict(_tensor(X), batch_size=1024).double()

    def _choose_dtype(self, X: Any, partial: bool) -> Any:
        """Of parameters and data. All samples in one batch: their order should not change the result."""
        chosen = _check.choice(self._name, "dtype", self.dtype, ["auto", "float32", "float64"])
        if chosen != "auto":
            return np.dtype(chosen)
        single = getattr(X, "dtype", None) == np.float32
        small = not partial and self._batch(X) == _num_samples(X)
        return np.dtype(np.float64 if small and not single else np.float32)

    # ---- small things -----------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _count(self, name: str) -> int:
        return _check.integer(self._name, name, getattr(self, name), 1)

    def _batch(self, X: np.ndarray) -> int:
        size = 200 if self.batch_size == "auto" else self._count("batch_size")
        return min(size, _num_samples(X))


class _Standstill(train.EarlyStopping):
    """Many steps forward, each smaller than tol, are a standstill: scikit-learn's rule."""

    def improved(self, logs: train.callbacks.Logs) -> bool:
        best = self.best
        far_enough = super().improved(logs)
        self.best = self.sign * max(self.sign * best, self.sign * logs[self.monitor])
        return far_enough


def _tensor(array: np.ndarray) -> Tensor:
    """The same numbers in the same type."""
    return _core.from_numpy(np.ascontiguousarray(array))


def _dataset(parts: list[np.ndarray]) -> data.TensorDataset:
    return data.TensorDataset(*map(_tensor, parts))
