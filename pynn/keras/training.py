"""How a model is trained: the verbs of pynn.nn.Module, with the arguments that Keras gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pynn._core import Tensor
from pynn.train.batches import to_tensor
from pynn.train.history import History
from pynn.train.nested import leaves

from . import optimizers
from .graph import Graph, mapped
from .layers.base import Layer
from .total import TotalLoss, of_outputs


class TrainedLayer(Layer):
    """What `Model` can do once it is compiled. Who its inputs and outputs are, `Model` says."""

    graph: Graph | None
    _keras_compiled: dict[str, Any]

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs."""
        raise NotImplementedError

    def _its_graph(self) -> Graph:
        raise NotImplementedError

    def _in_order(self, inputs: Any) -> list[Any]:
        raise NotImplementedError

    def compile(  # type: ignore[override] # Keras's arguments
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
    ) -> None:
        """Say how the model is trained.

        Args:
            optimizer: a name, or one of `keras.optimizers`.
            loss: a name, one of `keras.losses`, or a function of (y_true, y_pred); for several outputs a
                list, or a dictionary by their names.
            loss_weights: how much each of several losses counts, a list or dictionary.
            metrics: a list of names, `keras.metrics` or functions of (y_true, y_pred); for several outputs
                a list of lists, or a dictionary.
            weighted_metrics: not supported: metrics count all samples the same.
            run_eagerly: accepted and ignored.
            steps_per_execution: accepted and ignored.
            jit_compile: accepted and ignored.

        Raises:
            TypeError, ValueError: something is of no use here; the message says what.
        """
        if weighted_metrics:
            raise ValueError(
                "compile: weighted_metrics are not supported; metrics=[...] count all samples the same"
            )
        if loss is None:
            raise ValueError("compile: say which loss, such as 'categorical_crossentropy' or 'mse'")
        self._keras_compiled = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
        }
        made = optimizers.get(optimizer)
        clips: dict[str, Any] = {}
        if isinstance(made, optimizers.Optimizer):
            made.bind(self)
            clips = {"clip_value": made.clipvalue, "clip_norm": made.global_clipnorm}
        names = self.output_names
        data_loss, weights, found, labels = of_outputs(names, loss, loss_weights, metrics)
        super().compile(made, data_loss, found, loss_weights=weights, **clips)
        assert self._compiled is not None
        for metric in self._compiled.metrics:
            metric.name = labels.get(metric.name, metric.name)
        self._compiled = self._compiled._replace(loss=TotalLoss(self, self._compiled.loss))

    def penalties_within(self) -> Iterator[Tensor]:
        """What all regularizers of its layers give."""
        for module in self.modules():
            if isinstance(module, Layer):
                yield from module.penalties()

    @property
    def losses(self) -> list[Tensor]:
        """What the regularizers add to the loss, one by one."""
        return list(self.penalties_within())

    def fit(  # type: ignore[override]
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> History:
        """Train, by `pynn.nn.Module.fit`, with Keras's arguments in Keras's order.

        Args:
            x: `(N, ...)` inputs; several in a list or dictionary; or batches.
            y: `(N, ...)` targets; several in a list or dictionary.
            batch_size: samples in a step; default 32.
            epochs: how often to go through the data.
            verbose: 0 silent, 1 live table, 2 a line an epoch; "auto": live in a terminal, else lines.
            callbacks: of `keras.callbacks`.
            validation_split: the last part of the data, held out.
            validation_data: `(x, y)` or batches to evaluate on after each epoch.
            shuffle: a new order in each epoch.
            class_weight: how much the samples of a class count.
            sample_weight: how much each sample counts.
            initial_epoch: the number of the first epoch.
            steps_per_epoch: batches in an epoch.
            validation_steps: batches of the validation data.
            validation_batch_size: samples of them at a time.
            validation_freq: 1, the only number.

        Returns:
            The record of the training; `.history` is Keras's dictionary of lists.
        """
        if validation_freq != 1:
            raise ValueError(f"fit: validation_freq can only be 1, got {validation_freq!r}")
        if x is None:
            raise ValueError("fit: there is no x")
        if isinstance(validation_data, (tuple, list)) and len(validation_data) > 1:
            xs, ys, *rest = validation_data
            validation_data = (self._inputs(xs), self._targets(ys), *rest)
        try:
            return super().fit(
                self._inputs(x),
                self._targets(y),
                batch_size=32 if batch_size is None else batch_size,
                epochs=epochs,
                verbose=verbose,
                callbacks=[callbacks] if _is_one(callbacks) else callbacks,
                validation_split=validation_split,
                validation_data=validation_data,
                shuffle=shuffle,
                class_weight=class_weight,
                sample_weight=sample_weight,
                initial_epoch=initial_epoch,
                steps_per_epoch=steps_per_epoch,
                validation_steps=validation_steps,
                validation_batch_size=validation_batch_size,
            )
        finally:
            self.eval()

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = 0,
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics on data that was not trained on.

        Args:
            x: as in `fit`.
            y: as in `fit`.
            batch_size: how many samples at a time.
            verbose: 1 prints the values too.
            sample_weight: how much each sample counts in the loss.
            steps: look at only so many batches.
            callbacks: accepted and ignored.
            return_dict: return them by name.

        Returns:
            `[loss, *metrics]`, or the loss alone if there are no metrics.
        """
        return super().evaluate(
            self._inputs(x),
            self._targets(y),
            batch_size=batch_size or 256,
            verbose=1 if verbose in (1, 2) else 0,
            sample_weight=sample_weight,
            steps=steps,
            return_dict=return_dict,
        )

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The outputs for all inputs as NumPy arrays.

        Args:
            x: as in `fit`.
            batch_size: how many samples at a time.
            verbose: accepted and ignored.
            steps: take only so many batches.
            callbacks: accepted and ignored.

        Returns:
            An array; a list of them for several outputs, or a dictionary if that is what the model gives.
        """
        made = super().predict(self._inputs(x), batch_size=batch_size or 256, steps=steps)
        arrays = mapped(lambda one: one.numpy(), made, Tensor)
        return list(arrays) if isinstance(arrays, tuple) else arrays

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """One step on one batch.

        Args:
            x: the inputs.
            y: the targets.
            sample_weight: how much each sample counts.
            class_weight: how much the samples of a class count.
            return_dict: return the values by name.

        Returns:
            The loss before the step, and the metrics of this batch.
        """
        size = len(next(leaves(self._inputs(x))))
        record = self.fit(
            x,
            y,
            batch_size=max(size, 1),
            verbose=0,
            shuffle=False,
            sample_weight=sample_weight,
            class_weight=class_weight,
        )
        values = {name: numbers[-1] for name, numbers in record.history.items()}
        if return_dict:
            return values
        return list(values.values()) if len(values) > 1 else values["loss"]

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of one batch.

        Args:
            x: the inputs.
            y: the targets.
            sample_weight: how much each sample counts.
            return_dict: return the values by name.
        """
        size = max(len(next(leaves(self._inputs(x)))), 1)
        return self.evaluate(x, y, size, sample_weight=sample_weight, return_dict=return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch.

        Args:
            x: the inputs.
        """
        return self.predict(x, batch_size=max(len(next(leaves(self._inputs(x)))), 1))

    def _inputs(self, x: Any) -> Any:
        """What fit takes: several inputs as a tuple, in order."""
        several = self.graph is not None and len(self.graph.inputs) > 1
        if self.graph is not None and isinstance(x, Mapping):
            values = tuple(self._in_order(x))
            return values if several else values[0]
        own = self.graph is None and self._takes_list and not hasattr(self, "add")  # a class of the user's
        if isinstance(x, list) and x and (several or (own and _holds_arrays(x))):
            return tuple(to_tensor(part) for part in x)
        return x

    def _targets(self, y: Any) -> Any:
        names = self.output_names
        if isinstance(y, Mapping) and len(names) > 1:
            missing = [name for name in names if name not in y]
            if missing:
                raise ValueError(f"fit: no target for the output {missing[0]!r} among {list(y)}")
            return self._as_outputs([to_tensor(y[name]) for name in names])
        if isinstance(y, Mapping) and len(names) == 1:
            return y.get(names[0], y)
        if isinstance(y, (list, tuple)) and len(names) > 1:
            if len(y) != len(names):
                raise ValueError(
                    f"fit: {len(names)} outputs ({', '.join(names)}) need as many targets, got {len(y)}"
                )
            return self._as_outputs([to_tensor(part) for part in y])
        return y

    def _as_outputs(self, targets: list[Any]) -> Any:
        if isinstance(self._its_graph().outputs, Mapping):
            return dict(zip(self.output_names, targets, strict=True))
        return tuple(targets)

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` gives."""
        return ["loss", *(metric.name for metric in self._how("metrics_names").metrics)]


def _is_one(callbacks: Any) -> bool:
    return callbacks is not None and hasattr(callbacks, "on_epoch_end")


def _holds_arrays(values: list[Any]) -> bool:
    return all(isinstance(value, (np.ndarray, Tensor)) for value in values) and len(values) > 1
