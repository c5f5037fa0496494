"""NeuralRegressor: a network as a regressor of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from sklearn.base import RegressorMixin

from pynn import nn, optim, train

from .estimator import NeuralEstimator

LOSSES = {"squared_error": "mse", "absolute_error": "mae"}  # scikit-learn's names
Self = TypeVar("Self", bound="NeuralRegressor")


class NeuralRegressor(RegressorMixin, NeuralEstimator):  # type: ignore[misc]
    """A regressor for scikit-learn's pipelines and searches. Parameters are named as in `MLPRegressor`.

    One number a sample, or several. Targets far from the order of 1 are best scaled:
    `sklearn.compose.TransformedTargetRegressor(NeuralRegressor(), transformer=StandardScaler())`.

    Args:
        hidden_layer_sizes: widths of the hidden layers.
        activation: "identity", "logistic", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", or
            makes a Module.
        module: a network of your own instead: a Module, of which a copy is trained, or a function of
            (n_features, n_outputs) that makes one. With it samples may have more axes, as in
            `(n_samples, channels, height, width)`.
        solver: "adam", "sgd" (with Nesterov momentum 0.9) or another name of `pynn.optim`; or a function of
            (parameter groups, lr=...).
        loss: "squared_error", "absolute_error", "huber", or what else `compile` takes.
        dropout: after each hidden layer, this part is dropped in training.
        alpha: strength of the penalty alpha/2 ‖W‖² on weights (not biases), divided by the size of a batch.
        batch_size: samples in a step; "auto" is 200.
        learning_rate_init: the learning rate.
        max_iter: how often to go through the data, at most.
        shuffle: a new order each time.
        random_state: None, a seed or a `RandomState`: of the first weights, the order, dropout.
        dtype: "float32", "float64", or "auto": float32, but float64 if all samples are one batch. Their
            order then plays no role, and a weight of 2 is as good as a sample twice.
        tol: an improvement of less does not count.
        verbose: whether to show progress; 2 for a line an epoch.
        warm_start: whether `fit` goes on with what it has.
        early_stopping: hold samples out, watch R² on them, go back to the best weights. Without, the loss
            of the training decides when to end.
        validation_fraction: the part that is held out.
        n_iter_no_change: epochs without improvement that are put up with.
        callbacks: of `pynn.train`.

    Attributes:
        module_: the trained Module.
        n_iter_: epochs that were run.
        loss_curve_: the loss of each; `loss_` is the last.
        validation_scores_: R² after each, with early stopping.
        n_features_in_: features of a sample.
        n_outputs_: numbers that are predicted.

    Raises:
        ValueError: in `fit`, data or parameters that are not as described.

    Example:
        >>> import numpy as np
        >>> from pynn.sklearn import NeuralRegressor
        >>> X = np.linspace(-1, 1, 100).reshape(-1, 1)
        >>> model = NeuralRegressor((32,), learning_rate_init=0.01, random_state=0)
        >>> bool(model.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.95)
        True
    """

    _score = "r2"

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Callable[[], nn.Module] = "relu",
        *,
        module: nn.Module | Callable[[int, int], nn.Module] | None = None,
        solver: str | Callable[..., optim.Optimizer] = "adam",
        loss: str | Callable[..., Any] = "squared_error",
        dropout: float = 0.0,
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        dtype: str = "auto",
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        callbacks: Sequence[train.Callback] | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.module = module
        self.solver = solver
        self.loss = loss
        self.dropout = dropout
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.dtype = dtype
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.callbacks = callbacks

    def partial_fit(self: Self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go once through these samples.

        Args:
            X: `(n_samples, n_features)` numbers.
            y: `(n_samples,)` or `(n_samples, n_outputs)` numbers.
            sample_weight: `(n_samples,)`, how much each sample counts.

        Returns:
            The regressor itself.
        """
        return self._fit(X, y, sample_weight, 1, not hasattr(self, "module_"), partial=True)

    def predict(self, X: Any) -> np.ndarray:
        """What the network says, in the form of the targets that it was trained on.

        Args:
            X: `(n_samples, n_features)`.
        """
        outputs = self._outputs(X).numpy()
        return outputs if self._columns else outputs[:, 0]

    # ---- what the estimator asks ------------------------------------------------------------------

    def _targets(self, y: np.ndarray, classes: Any, reset: bool) -> np.ndarray:
        if y.ndim > 2:
            raise ValueError(f"{self._name}: y is (n_samples,) or (n_samples, n_outputs), got {y.shape}")
        rows = y.reshape(len(y), -1)
        if reset:
            self._columns, self.n_outputs_ = y.ndim == 2, rows.shape[1]
        if rows.shape[1] != self.n_outputs_:
            raise ValueError(
                f"{self._name}: y has {rows.shape[1]} columns, in the first call {self.n_outputs_}"
            )
        return rows.astype(np.float64)

    def _loss(self) -> Any:
        return LOSSES.get(self.loss, self.loss) if isinstance(self.loss, str) else self.loss

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
