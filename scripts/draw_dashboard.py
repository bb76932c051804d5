"""Draw the panels of the dashboard from what a Prometheus has recorded.

    pip install matplotlib
    python -m scripts.draw_dashboard [--prometheus http://127.0.0.1:9090] [--minutes 10]

writes ops/grafana/primeql.png, the picture in ops/README.md, for those who have no Grafana at hand.
"""

import argparse
import json
import math
import re
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter
from PIL import Image

from scripts.dashboard_panels import ROWS, Panel

PICTURE = Path(__file__).parents[1] / "ops" / "grafana" / "primeql.png"
COLUMNS = 6
SAMPLES = 120
MAX_LEGENDS = 6
COLOURS = ("#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0")
LABEL = re.compile(r"\{\{(\w+)\}\}")
# From the smallest: a number is shown in the first unit of which it has at least one.
SCALES: dict[str, tuple[tuple[float, str], ...]] = {
    "s": ((1e-6, " us"), (1e-3, " ms"), (1, " s")),
    "bytes": ((1, " B"), (1e3, " kB"), (1e6, " MB"), (1e9, " GB")),
    "Bps": ((1, " B/s"), (1e3, " kB/s"), (1e6, " MB/s")),
    "percentunit": ((0.01, " %"),),
    "ops": ((1, "/s"),),
    "reqps": ((1, "/s"),),
    "none": ((1, ""),),
}


class History:
    """What a Prometheus has recorded lately."""

    def __init__(self, url: str, minutes: float) -> None:
        self._url = url
        self._end = time.time()
        self._seconds = minutes * 60

    def series(self, expression: str, legend: str) -> list[tuple[str, list[float], list[float]]]:
        """Return the name, the minutes and the values of each series of an expression."""
        parameters = {
            "query": expression,
            "start": f"{self._end - self._seconds:.3f}",
            "end": f"{self._end:.3f}",
            "step": f"{self._seconds / SAMPLES:.3f}",
        }
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self._url}/api/v1/query_range?{query}") as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return [self._one(one, legend) for one in found]

    def _one(self, found: dict[str, Any], legend: str) -> tuple[str, list[float], list[float]]:
        """Return one series; what is not a number is left out."""
        labels = found["metric"]
        name = LABEL.sub(lambda match: str(labels.get(match[1], "")), legend)
        points = [(float(at), float(value)) for at, value in found["values"]]
        points = [(at, value) for at, value in points if math.isfinite(value)]
        return name, [(at - self._end) / 60 for at, _ in points], [value for _, value in points]


def shown(value: float, unit: str) -> str:
    """Return a number with its unit, as Grafana would show it."""
    scale, name = SCALES[unit][0]
    for candidate, candidate_name in SCALES[unit]:
        if abs(value) >= candidate:
            scale, name = candidate, candidate_name
    return f"{value / scale:.4g}{name}" if value else "0"


def draw(axes: Any, panel: Panel, history: History) -> None:
    """Draw one panel."""
    axes.set_title(panel.title, fontsize=7, loc="left", pad=3)
    series = [
        one
        for expression, legend in panel.queries
        for one in history.series(expression, legend)
        if one[2]
    ]
    if panel.is_number:
        value = shown(series[-1][2][-1], panel.unit) if series else "no data"
        axes.text(0.5, 0.5, value, ha="center", va="center", fontsize=20, color=COLOURS[0])
        axes.axis("off")
        return
    bottom: dict[float, float] = {}
    for index, (name, minutes, values) in enumerate(sorted(series, key=lambda one: one[0])):
        colour = COLOURS[index % len(COLOURS)]
        label = name if index < MAX_LEGENDS else None
        if panel.is_stacked:
            lower = [bottom.get(round(at, 3), 0.0) for at in minutes]
            upper = [base + value for base, value in zip(lower, values, strict=True)]
            axes.fill_between(minutes, lower, upper, alpha=0.35, color=colour, linewidth=0)
            bottom.update(zip((round(at, 3) for at in minutes), upper, strict=True))
            values = upper
        axes.plot(minutes, values, linewidth=1, color=colour, label=label)
    if panel.limit is not None:
        axes.axhline(panel.limit, color="#e24d42", linewidth=0.7, linestyle="--")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value, panel.unit)))
    axes.tick_params(labelsize=5, length=2, pad=1)
    axes.grid(alpha=0.15, linewidth=0.5)
    if series:
        axes.legend(fontsize=4.5, loc="upper left", framealpha=0.4, borderpad=0.3)


def draw_all(history: History, minutes: float) -> None:
    """Draw every row of the dashboard into the picture."""
    mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})
    plt.style.use("dark_background")
    figure = plt.figure(figsize=(15, 1.75 * len(ROWS)), dpi=80, layout="constrained")
    rows = figure.subfigures(len(ROWS), 1)
    for row, (title, panels) in zip(rows, ROWS, strict=True):
        row.suptitle(title, fontsize=8, x=0.004, ha="left", fontweight="bold")
        for axes, panel in zip(row.subplots(1, COLUMNS), panels, strict=False):
            draw(axes, panel, history)
        for axes in row.axes[len(panels) :]:
            axes.axis("off")
    figure.supxlabel(f"the last {minutes:g} minutes", fontsize=7)
    figure.savefig(PICTURE)
    # A quarter of the bytes, and nobody sees it.
    with Image.open(PICTURE) as picture:
        picture.quantize(64).save(PICTURE, optimize=True)


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090")
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    draw_all(History(options.prometheus, options.minutes), options.minutes)


if __name__ == "__main__":
    main()
