"""Prometheus counters and histograms for the event loop alone: plain numbers until a scrape.

The library's own take a lock for every increment, which nothing needs that only one thread counts:
0.4 microseconds against 0.07 (``python -m benchmarks.bench_observation``).
"""

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString


class Tally(Collector):
    """A counter by labels; ``values[labels] += amount`` counts.

    Args:
        name: Of the metric, without ``_total``.
        documentation: One sentence.
        labels: Their names; every key of ``values`` has one value for each.
        registry: Where it is found.
        begin_with: Labels that are there from the start, at zero.
    """

    def __init__(
        self,
        name: str,
        documentation: str,
        labels: Sequence[str],
        registry: CollectorRegistry,
        begin_with: Iterable[tuple[str, ...]] = (),
    ) -> None:
        """Begin at zero."""
        self.values: defaultdict[tuple[str, ...], float] = defaultdict(float)
        self._name = name
        self._documentation = documentation
        self._labels = tuple(labels)
        for key in begin_with:
            self.values[key] = 0.0
        registry.register(self)

    def describe(self) -> Iterable[Metric]:
        """Yield the metric without values, so that no other takes its name."""
        yield CounterMetricFamily(self._name, self._documentation, labels=self._labels)

    def collect(self) -> Iterable[Metric]:
        """Yield the metric as it is now; called by the thread that is scraped."""
        family = CounterMetricFamily(self._name, self._documentation, labels=self._labels)
        # A list is made in one step, between two additions.
        for labels, value in list(self.values.items()):
            family.add_metric(labels, value)
        yield family


class Observations:
    """How many values were observed up to each bound, and their sum.

    Args:
        bounds: Ascending.
    """

    __slots__ = ("_bounds", "_counts", "_sum", "created")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0
        self.created = time.time()

    def observe(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def told(self) -> tuple[list[tuple[str, float]], float]:
        """Return how many are up to each bound, infinity the last, and the sum of all."""
        names = map(floatToGoString, (*self._bounds, float("inf")))
        # A list is made in one step, between two observations.
        counts = accumulate(list(self._counts))
        return list(zip(names, map(float, counts), strict=True)), self._sum


class Buckets(Collector):
    """A histogram by the values of at most one label, all known from the start.

    Args:
        name: Of the metric.
        documentation: One sentence.
        bounds: Ascending, the same for all; values up to one are counted with it.
        registry: Where it is found.
        label: Its name; empty if there is none.
        of: The values of the label.

    Attributes:
        of: What counts, by the label's value.
    """

    def __init__(
        self,
        name: str,
        documentation: str,
        bounds: Sequence[float],
        registry: CollectorRegistry,
        label: str = "",
        of: Iterable[str] = ("",),
    ) -> None:
        """Begin with nothing observed."""
        self.of = {value: Observations(bounds) for value in of}
        self._name = name
        self._documentation = documentation
        self._labels = (label,) if label else ()
        registry.register(self)

    def describe(self) -> Iterable[Metric]:
        """Yield the metric without values, so that no other takes its name."""
        yield HistogramMetricFamily(self._name, self._documentation, labels=self._labels)

    def collect(self) -> Iterable[Metric]:
        """Yield the metric as it is now; called by the thread that is scraped."""
        family = HistogramMetricFamily(self._name, self._documentation, labels=self._labels)
        for value, observations in self.of.items():
            labels = [value] if self._labels else []
            family.add_metric(labels, *observations.told())
            named = dict(zip(self._labels, labels, strict=True))
            family.add_sample(f"{self._name}_created", named, observations.created)
        yield family
