"""Losses of detection and segmentation, where most of a picture is background."""

from __future__ import annotations

from pynn import _check
from pynn._core import DTypeError, ShapeError, Tensor, ops
from pynn._core.functional import binary_cross_entropy_with_logits, one_hot
from pynn.nn._loss_parts import reduce, same_shape


def sigmoid_focal_loss(
    inputs: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0, reduction: str = "none"
) -> Tensor:
    """Cross-entropy of yes and no in which what is known well counts little: -αₜ (1 - pₜ)ᵞ ln pₜ.

    pₜ is the probability given to what is right.

    Args:
        inputs: scores before the sigmoid, any shape.
        targets: 0 or 1, of the same shape.
        alpha: what ones weigh; zeros weigh 1 - alpha. -1 weighs neither.
        gamma: how strongly what is known well is played down; 0 gives cross-entropy.
        reduction: "none", "mean" or "sum".

    Raises:
        ShapeError: shapes differ.
        ValueError: alpha is neither a share nor -1, or gamma is negative.

    Source: Lin et al. 2017, Focal loss for dense object detection, arXiv:1708.02002, equation 5.

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> loss = ops.sigmoid_focal_loss(pynn.tensor([0.0, 3.0]), pynn.tensor([1.0, 1.0]))
        >>> [round(value, 6) for value in loss.tolist()]
        [0.043322, 2.7e-05]
    """
    same_shape("sigmoid_focal_loss", inputs=inputs, targets=targets)
    if alpha != -1:
        alpha = _check.real("sigmoid_focal_loss", "alpha", alpha, 0, 1)
    gamma = _check.real("sigmoid_focal_loss", "gamma", gamma, 0)
    targets = targets.to(inputs.dtype)
    each = binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    if gamma:
        missed = targets * (-inputs).sigmoid() + (1 - targets) * inputs.sigmoid()
        # Powers below 1 are infinitely steep at 0, where nothing is to be learned.
        each = each * ops.maximum(missed, 1e-30) ** gamma
    if alpha != -1:
        each = each * (targets * alpha + (1 - targets) * (1 - alpha))
    return reduce("sigmoid_focal_loss", each, reduction)


def dice_loss(inputs: Tensor, targets: Tensor, smooth: float = 1.0, reduction: str = "mean") -> Tensor:
    """1 - (2 Σ p t + s) / (Σ p + Σ t + s), for every image and class: how far regions fail to overlap.

    Unlike cross-entropy, it does not care how small a region is.

    Args:
        inputs: scores `(N, C, ...)`: before the softmax over C classes, or the sigmoid if C is 1.
        targets: class numbers `(N, ...)`, or probabilities `(N, C, ...)`.
        smooth: s, which gives a class that is rightly absent the loss 0.
        reduction: "mean" and "sum" over images and classes, or "none" for `(N, C)`.

    Raises:
        ShapeError: shapes do not fit.

    Source: Milletari et al. 2016, V-Net, arXiv:1606.04797, section 3.

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> scores = pynn.tensor([[[20.0, -20.0]]])
        >>> round(ops.dice_loss(scores, pynn.tensor([[1, 0]])).item(), 4)
        0.0
    """
    _check.tensor("dice_loss", "inputs", inputs)
    _check.tensor("dice_loss", "targets", targets)
    smooth = _check.real("dice_loss", "smooth", smooth, 0)
    shape = tuple(inputs.shape)
    if inputs.ndim < 3 or not inputs.is_floating_point():
        raise (ShapeError if inputs.ndim < 3 else DTypeError)(
            f"dice_loss: inputs must be float scores (N, C, ...), got {inputs.dtype} {shape}"
        )
    classes = shape[1]
    if tuple(targets.shape) == shape:
        truth = targets.to(inputs.dtype)
    elif tuple(targets.shape) == (shape[0], *shape[2:]):
        if classes == 1:
            truth = targets.unsqueeze(1).to(inputs.dtype)
        elif targets.is_floating_point():
            raise DTypeError(f"dice_loss: class numbers must be integers, got {targets.dtype}")
        else:
            truth = one_hot(targets.long(), classes).movedim(-1, 1).to(inputs.dtype)
    else:
        raise ShapeError(
            f"dice_loss: inputs {shape} need targets {(shape[0], *shape[2:])} or {shape}, "
            f"got {tuple(targets.shape)}"
        )
    shares = inputs.sigmoid() if classes == 1 else inputs.softmax(1)
    shares, truth = shares.flatten(2), truth.flatten(2)
    overlap = (shares * truth).sum(-1)
    total = shares.sum(-1) + truth.sum(-1)
    return reduce("dice_loss", 1 - (2 * overlap + smooth) / (total + smooth), reduction)
