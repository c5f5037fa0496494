"""What a training costs in electricity, and what that electricity costs the air."""

from __future__ import annotations

import logging
from typing import Any

from .callbacks import Callback, Logs


class EnergyMeter(Callback):
    """Measure energy and CO2 of a training, with the package `codecarbon`.

    It reads the counters of the processor and the GPU where the system shows them, and estimates from
    their type where not: pip install 'pynn-learn[energy]'.

    Args:
        country: where the electricity comes from, as a code of three letters such as "FRA" or "DEU".
            Without it codecarbon asks a service on the network where this machine stands.
        verbose: print one line at the end.
        **options: further ones for codecarbon's tracker.

    Attributes:
        energy_kwh: electricity used, in kilowatt hours.
        co2_kg: equivalent of CO2, in kilograms.

    Raises:
        ImportError: codecarbon is not installed.

    Source: Lacoste et al. 2019, Quantifying the carbon emissions of machine learning (arXiv:1910.09700).

    Example:
        >>> from pynn.train import EnergyMeter
        >>> def measured(model, x, y):
        ...     meter = EnergyMeter(country="FRA")
        ...     model.fit(x, y, callbacks=[meter])
        ...     return meter.energy_kwh, meter.co2_kg
    """

    def __init__(self, country: str | None = None, verbose: bool = True, **options: Any) -> None:
        if country is not None and not (isinstance(country, str) and len(country) == 3):
            raise ValueError(
                f"EnergyMeter: country is a code of three letters such as 'FRA', got {country!r}"
            )
        try:
            import codecarbon
        except ImportError as error:
            raise ImportError(
                "EnergyMeter: the package codecarbon is not installed: pip install 'pynn-learn[energy]'"
            ) from error
        self.verbose = verbose
        logging.getLogger("codecarbon").setLevel(logging.ERROR)  # it greets before it reads its options
        options = {"save_to_file": False, "log_level": "error", **options}
        if country is None:
            self._make: Any = lambda: codecarbon.EmissionsTracker(**options)
        else:
            options["country_iso_code"] = country.upper()
            self._make = lambda: codecarbon.OfflineEmissionsTracker(**options)
        self.energy_kwh, self.co2_kg = 0.0, 0.0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._tracker = self._make()
        self._tracker.start()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self.co2_kg = float(self._tracker.stop() or 0.0)
        found = self._tracker.final_emissions_data
        self.energy_kwh = float(found.energy_consumed)
        if self.verbose:
            print(f"energy {self.energy_kwh * 1e3:.3g} Wh, CO2 {self.co2_kg * 1e3:.3g} g")
