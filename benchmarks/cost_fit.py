"""Finds the overheads of the executor that bring prices closest to what was measured."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from benchmarks.cost_service import HANDING_OVER, Bench
from benchmarks.cost_workload import Request
from resolvers.pricing.tariff import Overheads


def fit(bench: Bench, requests: Sequence[Request], measured: Sequence[float]) -> None:
    """Print the overheads that minimise the squares of log(price / measured).

    A price is linear in the overheads: what each counts for is found by pricing with it alone.
    """
    names = [field.name for field in fields(Overheads) if field.name not in HANDING_OVER]
    nothing = Overheads(**dict.fromkeys([field.name for field in fields(Overheads)], 0.0))
    engine = np.array(_prices(bench, requests, nothing))
    columns = []
    for name in names:
        priced = np.array(_prices(bench, requests, replace(nothing, **{name: 1.0})))
        columns.append(priced - engine)
    counts = np.stack(columns, axis=1)
    points = np.array(measured)
    start = np.array([getattr(Overheads(), name) for name in names])
    fitted = _least_squares(counts, points, engine, start)
    for name, value, before in zip(names, fitted, start, strict=True):
        print(f"{name:12} {value:.3g}  (was {before:.3g})")
    ratios = np.sort(points / (engine + counts @ fitted))
    print("within a factor of 2:", float(np.mean((ratios > 0.5) & (ratios < 2))))


def _prices(bench: Bench, requests: Sequence[Request], overheads: Overheads) -> list[float]:
    pricer = bench.pricer_of(overheads)
    return [bench.estimate(request, pricer).points for request in requests]


def _least_squares(counts: Any, measured: Any, engine: Any, start: Any) -> Any:
    """Return the overheads, found one after the other from where they start."""
    fitted = start.copy()
    for _ in range(60):
        for place in range(len(fitted)):
            best = min(
                (fitted[place] * factor for factor in (0.5, 0.8, 0.95, 1.0, 1.05, 1.25, 2.0)),
                key=lambda value: _distance(counts, measured, engine, fitted, place, value),
            )
            fitted[place] = best
    return fitted


def _distance(
    counts: Any, measured: Any, engine: Any, fitted: Any, place: int, value: float
) -> float:
    changed = fitted.copy()
    changed[place] = value
    logs = np.log((engine + counts @ changed) / measured)
    return float(np.sum(np.minimum(logs**2, 1.0)))
