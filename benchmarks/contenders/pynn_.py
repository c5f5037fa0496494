"""Ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..program import Program, UnsupportedError, fitting
from ..workloads.epoch import Epoch
from ..workloads.estimator import Estimator
from ..workloads.gpt import GptWriting, Sizes
from ..workloads.op import Op
from .torch_like import TorchLike


class Pynn(TorchLike):
    name = "pynn"

    def __init__(self, threads: int) -> None:
        import pynn

        self.lib = pynn
        self.version = pynn.__version__
        pynn.set_num_threads(threads)

    def gpt_model(self, workload: Sizes) -> Any:
        sizes = workload.vocabulary, workload.context, workload.layers, workload.heads, workload.width
        model = self.lib.models.GPT(*sizes)
        self.load(model, workload)
        return model

    def write(self, workload: GptWriting, model: Any, start: Any) -> Any:
        return model.generate(start, workload.tokens, temperature=0)

    def estimator(self, workload: Estimator, check: bool) -> Program:
        return Program(fitting(self.lib.sklearn.NeuralClassifier(**workload.parameters()), workload))


class PynnRecorded(Pynn):
    """Whole steps, and chains of operations, through pynn.compile."""

    name = "pynn-recorded"

    epoch = loading = None  # as a loop by hand the same as pynn's

    def recorded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return self.lib.compile(function)

    estimator = gpt_generate = attention = ctc = embedding_bag = None  # are the other's

    def op(self, workload: Op, check: bool) -> Program:
        if not workload.chain:
            raise UnsupportedError("one operation is no chain")
        return super().op(workload, check)


class PynnFit:
    """`fit` where others write the loop."""

    name = "pynn-fit"

    def __init__(self, threads: int) -> None:
        self.by_hand = Pynn(threads)
        self.version = self.by_hand.version

    def epoch(self, workload: Epoch, check: bool) -> Program:
        model = self.by_hand.perceptron(workload, check)
        model.compile(self.by_hand.adam(model.parameters(), workload.lr), loss="cross_entropy")
        loader = self.by_hand.loader(*workload.samples(), workload, check)
        return Program(lambda: model.fit(loader, verbose=0)["loss"][0])


CONTENDERS = [Pynn, PynnRecorded, PynnFit]
