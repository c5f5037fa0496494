"""NeuralClassifier: a network as a classifier of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from pynn import nn, optim, train

from .estimator import NeuralEstimator

Self = TypeVar("Self", bound="NeuralClassifier")


class NeuralClassifier(ClassifierMixin, NeuralEstimator):  # type: ignore[misc]
    """A classifier for scikit-learn's pipelines and searches. Parameters are named as in `MLPClassifier`.

    Classes may be numbers or strings; a matrix of zeros and ones says which labels a sample has, any number
    of them.

    Args:
        hidden_layer_sizes: widths of the hidden layers.
        activation: "identity", "logistic", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", or
            makes a Module.
        module: a network of your own instead: a Module, of which a copy is trained, or a function of
            (n_features, n_outputs) that makes one. It gives one number for each class, without softmax.
            With it samples may have more axes, as in `(n_samples, channels, height, width)`.
        solver: "adam", "sgd" (with Nesterov momentum 0.9) or another name of `pynn.optim`; or a function of
            (parameter groups, lr=...).
        loss: default: cross-entropy, of a softmax for classes and of sigmoids for labels. Or what `compile`
            takes, such as `nn.CrossEntropyLoss(label_smoothing=0.1)`.
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
        early_stopping: hold samples out, watch the accuracy on them, go back to the best weights. Without,
            the loss of the training decides when to end.
        validation_fraction: the part that is held out.
        n_iter_no_change: epochs without improvement that are put up with.
        class_weight: class -> weight (for labels, a list of such), or "balanced".
        callbacks: of `pynn.train`.

    Attributes:
        classes_: the classes, or the numbers of the labels.
        module_: the trained Module.
        n_iter_: epochs that were run.
        loss_curve_: the loss of each; `loss_` is the last.
        validation_scores_: the accuracies of each, with early stopping.
        n_features_in_: features of a sample.
        n_outputs_: classes or labels.

    Raises:
        ValueError: in `fit`, data or parameters that are not as described.

    Example:
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.pipeline import make_pipeline
        >>> from sklearn.preprocessing import StandardScaler
        >>> from pynn.sklearn import NeuralClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> model = make_pipeline(StandardScaler(), NeuralClassifier((32,), batch_size=16, random_state=0))
        >>> bool(model.fit(X, y).score(X, y) > 0.9)
        True
    """

    _score = "accuracy"

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Callable[[], nn.Module] = "relu",
        *,
        module: nn.Module | Callable[[int, int], nn.Module] | None = None,
        solver: str | Callable[..., optim.Optimizer] = "adam",
        loss: str | Callable[..., Any] | None = None,
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
        class_weight: Mapping[Any, float] | Sequence[Mapping[int, float]] | str | None = None,
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
        self.class_weight = class_weight
        self.callbacks = callbacks

    def partial_fit(self: Self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Go once through these samples.

        Args:
            X: `(n_samples, n_features)` numbers.
            y: `(n_samples,)` classes.
            classes: all classes that may come; needed in the first call.
            sample_weight: `(n_samples,)`, how much each sample counts.

        Returns:
            The classifier itself.
        """
        afresh = not hasattr(self, "module_")
        if afresh and classes is None:
            raise ValueError(f"{self._name}.partial_fit: the first call must say all classes")
        if self.class_weight == "balanced":
            raise ValueError(
                f"{self._name}.partial_fit sees a part of the data and cannot balance classes; give "
                "class_weight as a dictionary"
            )
        return self._fit(X, y, sample_weight, 1, afresh, classes, partial=True)

    def predict(self, X: Any) -> np.ndarray:
        """The most likely class of each sample, `(n_samples,)`; or its labels, `(n_samples, n_labels)`.

        Args:
            X: `(n_samples, n_features)`.
        """
        outputs = self._outputs(X).numpy()
        if self._multilabel:
            return (outputs > 0).astype(int)
        return self.classes_[outputs.argmax(1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, `(n_samples, n_classes)`; of each label, if there may be several.

        Args:
            X: `(n_samples, n_features)`.
        """
        outputs = self._outputs(X)
        return (outputs.sigmoid() if self._multilabel else outputs.softmax(1)).numpy()

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """The logarithm of `predict_proba`, exact also where a probability is very small.

        Args:
            X: `(n_samples, n_features)`.
        """
        outputs = self._outputs(X)
        log = nn.functional.logsigmoid(outputs) if self._multilabel else outputs.log_softmax(1)
        return log.numpy()

    # ---- what the estimator asks ------------------------------------------------------------------

    def _targets(self, y: np.ndarray, classes: Any, reset: bool) -> np.ndarray:
        check_classification_targets(y)
        multilabel = y.ndim == 2 and y.shape[1] > 1 and type_of_target(y) == "multilabel-indicator"
        if not multilabel:
            y = column_or_1d(y, warn=True)
        if reset:
            self._multilabel = multilabel
            known = np.arange(y.shape[1]) if multilabel else y
            self.classes_ = np.unique(known if classes is None else np.asarray(classes))
            self.n_outputs_ = len(self.classes_)
        if multilabel != self._multilabel or (multilabel and y.shape[1] != self.n_outputs_):
            raise ValueError(f"{self._name}: y has another form than in the first call")
        if multilabel:
            return y.astype(np.float64)
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                f"{self._name}: y has the class {unknown[0]!r}, which is none of {self.classes_.tolist()}"
            )
        return np.searchsorted(self.classes_, y)

    def _weigh(self, y: np.ndarray, weights: np.ndarray | None, partial: bool) -> np.ndarray | None:
        if self.class_weight is None:
            return weights
        by_class = compute_sample_weight(self.class_weight, y)
        return by_class if weights is None else by_class * weights

    def _loss(self) -> Any:
        if self.loss is not None:
            return self.loss
        return "bce_with_logits" if self._multilabel else "cross_entropy"

    def _strata(self, targets: np.ndarray) -> np.ndarray | None:
        return None if self._multilabel else targets

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
