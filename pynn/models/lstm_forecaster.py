"""An LSTM that reads the past of a series and says its future, all steps at once.

Hochreiter & Schmidhuber 1997, Long short-term memory, Neural Computation 9(8); on series: Gers, Eck &
Schmidhuber 2001, Applying LSTM to time series predictable through time-window approaches.

    step        output, for LSTMForecaster(features=3, horizon=12)
    input       (N, T, 3)     the past
    lstm        (N, 64)       h of the last step
    output      (N, 12)       the future of the first feature
"""

from __future__ import annotations

from pynn import _check, nn
from pynn._core import Tensor

from . import _sequences


class LSTMForecaster(nn.Module):
    """The next `horizon` values of a series, from any number of steps before them.

    Args:
        features: F, numbers in a step.
        horizon: how many steps to forecast.
        targets: K, how many of the features to forecast, the first K. Default: the first alone, without an
            axis for it, as `data.SeriesWindows` gives a single target.
        hidden: the size of the state.
        num_layers: how many layers of LSTM.
        dropout: the share of numbers dropped between layers and before the output, in training.
        relative: forecast the change since the last value seen. Learning then begins at the forecast that
            nothing changes, and a series that drifts stays in reach.

    Shape:
        ========  ========================================================
        input     `(N, T, F)`
        output    `(N, horizon)`, or `(N, horizon, K)` for `targets=K`
        ========  ========================================================

    Raises:
        ShapeError: the input is not `(N, T, F)`.
        ValueError: a size below 1, or more targets than features.

    Source: Hochreiter & Schmidhuber 1997; Gers, Eck & Schmidhuber 2001.

    Example:
        >>> import pynn
        >>> from pynn import data, models
        >>> windows = data.SeriesWindows(pynn.arange(100).float(), lookback=24, horizon=6)
        >>> x, y = windows.take(range(10))
        >>> models.LSTMForecaster(horizon=6)(x).shape == y.shape
        True
    """

    def __init__(
        self,
        features: int = 1,
        horizon: int = 1,
        targets: int | None = None,
        hidden: int = 64,
        num_layers: int = 1,
        dropout: float = 0.0,
        relative: bool = False,
    ) -> None:
        super().__init__()
        self.features = _check.integer("LSTMForecaster", "features", features, 1)
        self.horizon = _check.integer("LSTMForecaster", "horizon", horizon, 1)
        self.targets = None if targets is None else _check.integer("LSTMForecaster", "targets", targets, 1)
        if targets is not None and targets > features:
            raise ValueError(f"LSTMForecaster: targets={targets} are more than the {features} features")
        _check.integer("LSTMForecaster", "hidden", hidden, 1)
        _check.integer("LSTMForecaster", "num_layers", num_layers, 1)
        _check.real("LSTMForecaster", "dropout", dropout, 0, 1)
        self.relative = bool(relative)
        self.lstm = nn.LSTM(features, hidden, num_layers, dropout=dropout)
        self.drop = nn.Dropout(dropout)
        self.output = nn.Linear(hidden, horizon * (targets or 1))

    def forward(self, x: Tensor) -> Tensor:
        _sequences.steps(f"LSTMForecaster(features={self.features})", x, self.features)
        _, (h, _) = self.lstm(x)
        y = self.output(self.drop(h[-1])).reshape(len(x), self.horizon, self.targets or 1)
        if self.relative:
            y = y + x[:, -1:, : self.targets or 1]
        return y.squeeze(2) if self.targets is None else y
