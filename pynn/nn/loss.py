"""Losses as modules. Each calls the function of `pynn.nn.functional` that its docstring names.

Shapes are strict: an input and a target that would have to be broadcast are an error, since in a loss that
is nearly always a mistake. `reduction` is "mean", "sum" or "none".
"""

from __future__ import annotations

from pynn import _check
from pynn._core import Tensor

from . import functional as F
from .module import Module


class Loss(Module):
    """What all losses share: `reduction`, which says what becomes of the losses of a batch.

    Args:
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: another reduction.

    Example:
        >>> from pynn import nn
        >>> isinstance(nn.MSELoss(), nn.loss.Loss)
        True
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = _check.choice(type(self).__name__, "reduction", reduction, ("mean", "sum", "none"))

    def _register_weight(self, name: str, weight: Tensor | None) -> None:
        if weight is not None:
            _check.tensor(type(self).__name__, name, weight)
        self.register_buffer(name, weight)

    def extra_repr(self) -> str:
        return "" if self.reduction == "mean" else f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """The mean squared error: (input - target)². See `functional.mse_loss`.

    Args:
        reduction: "mean", "sum" or "none".

    Shape:
        Input and target of one shape, any; the result is `()`, or that shape for "none".

    Raises:
        ShapeError: input and target differ in shape.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.MSELoss()(pynn.tensor([1.0, 2.0]), pynn.tensor([1.0, 4.0])).item()
        2.0
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss):
    """The mean absolute error: |input - target|. See `functional.l1_loss`.

    Args:
        reduction: "mean", "sum" or "none".

    Shape:
        Input and target of one shape, any.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.L1Loss()(pynn.tensor([1.0, 2.0]), pynn.tensor([1.0, 4.0])).item()
        1.0
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


class HuberLoss(Loss):
    """Quadratic near 0, linear beyond `delta`, so that outliers count less. See `functional.huber_loss`.

    Args:
        reduction: "mean", "sum" or "none".
        delta: where the parabola becomes a line, above 0.

    Shape:
        Input and target of one shape, any.

    Source: Huber 1964, Robust estimation of a location parameter.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.HuberLoss(delta=1.0)(pynn.tensor([0.0]), pynn.tensor([3.0])).item()
        2.5
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        self.delta = _check.real("HuberLoss", "delta", delta, above=0)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class SmoothL1Loss(Loss):
    """Huber's loss divided by its bend `beta`. See `functional.smooth_l1_loss`.

    Args:
        reduction: "mean", "sum" or "none".
        beta: where the parabola becomes a line; 0 gives the absolute error.

    Shape:
        Input and target of one shape, any.

    Source: Girshick 2015, Fast R-CNN, arXiv:1504.08083, eq. 3.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.SmoothL1Loss(beta=2.0)(pynn.tensor([0.0]), pynn.tensor([3.0])).item()
        2.0
    """

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        self.beta = _check.real("SmoothL1Loss", "beta", beta, 0)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class CrossEntropyLoss(Loss):
    """-log of the probability that softmax(input) gives the right class. See `functional.cross_entropy`.

    Args:
        weight: `(C,)`, how much each class counts.
        ignore_index: targets of this number count nothing.
        reduction: "mean" divides by the targets' total weight; "sum" or "none".
        label_smoothing: the share of probability spread evenly over all classes (Szegedy et al. 2016).

    Shape:
        Logits `(N, C, ...)` or `(C,)`; targets are class numbers `(N, ...)` or probabilities of the logits'
        shape.

    Raises:
        IndexError: a class number is not in 0 .. C - 1.
        ShapeError: shapes do not fit.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> logits = pynn.tensor([[0.0, 0.0]])
        >>> round(nn.CrossEntropyLoss()(logits, pynn.tensor([1])).item(), 4)
        0.6931
    """

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction)
        self._register_weight("weight", weight)
        self.ignore_index = _check.integer("CrossEntropyLoss", "ignore_index", ignore_index)
        self.label_smoothing = _check.real("CrossEntropyLoss", "label_smoothing", label_smoothing, 0, 1)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing
        )


class NLLLoss(Loss):
    """-input at the target's class, for log-probabilities. See `functional.nll_loss`.

    Args:
        weight: `(C,)`, how much each class counts.
        ignore_index: targets of this number count nothing.
        reduction: "mean" divides by the targets' total weight; "sum" or "none".

    Shape:
        Log-probabilities `(N, C, ...)` or `(C,)`; targets are class numbers `(N, ...)` or `()`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.NLLLoss()(pynn.tensor([[-0.5, -2.0]]), pynn.tensor([1])).item()
        2.0
    """

    weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        self._register_weight("weight", weight)
        self.ignore_index = _check.integer("NLLLoss", "ignore_index", ignore_index)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(
            input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


class BCELoss(Loss):
    """-target log(input) - (1 - target) log(1 - input), for probabilities.

    `BCEWithLogitsLoss` is the stable form. See `functional.binary_cross_entropy`.

    Args:
        weight: how much each element counts; it broadcasts.
        reduction: "mean", "sum" or "none".

    Shape:
        Probabilities and targets in [0, 1], of one shape, any.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> round(nn.BCELoss()(pynn.tensor([0.5]), pynn.tensor([1.0])).item(), 4)
        0.6931
    """

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self._register_weight("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(Loss):
    """Binary cross-entropy of sigmoid(input), stable for any logit.

    See `functional.binary_cross_entropy_with_logits`.

    Args:
        weight: how much each element counts; it broadcasts.
        reduction: "mean", "sum" or "none".
        pos_weight: how much more the positive targets count, by class, `(C,)`.

    Shape:
        Logits and targets in [0, 1], of one shape, any.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> round(nn.BCEWithLogitsLoss()(pynn.tensor([0.0]), pynn.tensor([1.0])).item(), 4)
        0.6931
    """

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, reduction: str = "mean", pos_weight: Tensor | None = None
    ) -> None:
        super().__init__(reduction)
        self._register_weight("weight", weight)
        self._register_weight("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, weight=self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class MultiLabelSoftMarginLoss(Loss):
    """Binary cross-entropy of each class, averaged over the classes.

    See `functional.multilabel_soft_margin_loss`.

    Args:
        weight: how much each class counts, `(C,)`.
        reduction: "mean", "sum" or "none", over N.

    Shape:
        Scores `(N, C)`, targets of 0 and 1 `(N, C)`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> loss = nn.MultiLabelSoftMarginLoss()
        >>> round(loss(pynn.zeros(1, 3), pynn.tensor([[1.0, 0.0, 1.0]])).item(), 4)
        0.6931
    """

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)


class KLDivLoss(Module):
    """target (log target - input), for log-probabilities as input. See `functional.kl_div`.

    Args:
        reduction: "batchmean" is the divergence of the mathematics; also "mean", "sum", "none".
        log_target: whether the target holds log-probabilities too.

    Shape:
        Input and target of one shape, any.

    Source: Kullback & Leibler 1951, On information and sufficiency.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> p = pynn.tensor([[0.5, 0.5]])
        >>> nn.KLDivLoss(reduction="batchmean")(p.log(), p).item()
        0.0
    """

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__()
        words = ("mean", "batchmean", "sum", "none")
        self.reduction = _check.choice("KLDivLoss", "reduction", reduction, words)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(Loss):
    """-log of a count's probability under a Poisson distribution. See `functional.poisson_nll_loss`.

    Args:
        log_input: whether the input is the logarithm of the rate.
        full: add the constant that Stirling's formula gives.
        eps: keeps the logarithm of a rate of 0 finite.
        reduction: "mean", "sum" or "none".

    Shape:
        Input and target of one shape, any.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.PoissonNLLLoss()(pynn.tensor([0.0]), pynn.tensor([2.0])).item()
        1.0
    """

    def __init__(
        self, log_input: bool = True, full: bool = False, eps: float = 1e-8, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        self.log_input, self.full, self.eps = log_input, full, float(eps)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(input, target, self.log_input, self.full, self.eps, self.reduction)


class GaussianNLLLoss(Loss):
    """-log of the density under a normal distribution. See `functional.gaussian_nll_loss`.

    Args:
        full: add the constant ½ ln 2π.
        eps: the least variance.
        reduction: "mean", "sum" or "none".

    Shape:
        Means and targets `(N, ...)`; variances of that shape, or with the last axis 1 or left out.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.GaussianNLLLoss()(pynn.tensor([1.0]), pynn.tensor([3.0]), pynn.tensor([1.0])).item()
        2.0
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.full, self.eps = full, float(eps)

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)
