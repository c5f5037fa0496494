"""The verbs around training: save, load and check."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

from pynn import io

from . import doctor
from .batches import inputs_of, is_arrays, make_batches, to_tensor
from .nested import mapped
from .weighting import prepared, weighted

if TYPE_CHECKING:
    from pynn.nn import Module

Self = TypeVar("Self", bound="MoreVerbs")


class MoreVerbs:
    """Mixed into `pynn.nn.Module` with `TrainingVerbs`."""

    def check(
        self, x: Any, y: Any = None, *, class_weight: Any = None, train: bool = True
    ) -> doctor.Diagnosis:
        """Let the doctor look for what is wrong with the model, the data and how it will be trained.

        It looks at inputs and labels, sends a batch forward and backward, compares training with evaluation,
        and tries some short trainings, which are undone: model, optimizer and random numbers stay as they
        are. `compile` comes first, as before `fit`.

        Args:
            x: as in `fit`; of a dataset or loader, the first batch is looked at.
            y: as in `fit`.
            class_weight: as in `fit`.
            train: False leaves out the short trainings, which take some seconds for a large model.

        Returns:
            The findings: print them. Each names the layer, the evidence and what to do.

        Raises:
            RuntimeError: `compile` has not said how.

        Example:
            >>> import pynn
            >>> from pynn import nn
            >>> pynn.manual_seed(0)
            >>> x, y = pynn.data.load_iris()
            >>> model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3), nn.Softmax(1))
            >>> model.compile("adam", "cross_entropy")
            >>> print(model.check(x, y))
            double-softmax in layer '3'
              The 3 outputs of each sample are positive and sum to 1, ...
        """
        model: Module = self  # type: ignore[assignment]
        loss, _, _ = self._how("check")  # type: ignore[attr-defined]
        given, targets, _ = prepared("check", loss, x, y, None, class_weight)
        if targets is None:
            batch = next(iter(make_batches(given, None, None, 256, True, verb="check")))
            given, targets = inputs_of(batch), inputs_of((batch[1],))
        elif is_arrays(given):
            given = mapped(to_tensor, given)
        return doctor.examine(
            model,
            given,
            targets,
            optimizer=self.optimizer,  # type: ignore[attr-defined]
            loss=loss if not hasattr(loss, "losses") else weighted(loss),
            weighs=class_weight is not None,
            train=train,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all parameters and buffers to a safetensors file: `pynn.save(model.state_dict(), path)`.

        Args:
            path: usually `name.safetensors`.

        Example:
            >>> import os, tempfile
            >>> from pynn import nn
            >>> path = os.path.join(tempfile.mkdtemp(), "model.safetensors")
            >>> nn.Linear(2, 1).save(path)
            >>> nn.Linear(2, 1).load(path)
            Linear(in_features=2, out_features=1, bias=True)
        """
        model: Module = self  # type: ignore[assignment]
        io.save(model.state_dict(), path)

    def load(self: Self, path: str | os.PathLike[str], strict: bool = True) -> Self:
        """Read parameters and buffers from a file that `save` wrote, or another program; return the model.

        Args:
            path: a safetensors file.
            strict: whether missing and unexpected names are errors too. Shapes always are.

        Raises:
            ValueError: the file is damaged, or its names or shapes differ from the model's.
        """
        model: Module = self  # type: ignore[assignment]
        model.load_state_dict(io.load(path), strict=strict)
        return self
