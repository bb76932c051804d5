"""Make the dashboard of Grafana from its panels.

    python -m scripts.make_dashboard

writes ops/grafana/primeql.json, to be imported into Grafana or provisioned there, and the same file
for the ConfigMap of the component for monitoring, since kustomize reads nothing outside of it.
"""

import itertools
from pathlib import Path

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.common import GraphTresholdsStyleMode, StackingMode

from scripts.dashboard_panels import ROWS, Panel

_ROOT = Path(__file__).parents[1]
FILES = (
    _ROOT / "ops" / "grafana" / "primeql.json",
    _ROOT / "kustomize" / "components" / "monitoring" / "primeql.json",
)
# Grafana's grid is 24 wide.
WIDTH = 8
HEIGHT = 7
SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")


def _limits(limit: float) -> dashboard.ThresholdsConfig:
    """Return thresholds with one step, at a promise's end."""
    steps = [
        models.Threshold(value=None, color="green"),
        models.Threshold(value=limit, color="red"),
    ]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _number(panel: Panel) -> stat.Panel:
    """Return a panel of one number, red below its limit."""
    built = stat.Panel()
    if panel.limit is not None:
        steps = [
            models.Threshold(value=None, color="red"),
            models.Threshold(value=panel.limit, color="green"),
        ]
        built.thresholds(dashboard.ThresholdsConfig().steps(steps))
    return built


def _graph(panel: Panel) -> timeseries.Panel:
    """Return a panel of series over time."""
    built = timeseries.Panel().min(0)
    if panel.is_stacked:
        built.stacking(common.StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(30)
    if panel.limit is not None:
        built.thresholds(_limits(panel.limit))
        built.thresholds_style(
            common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.DASHED)
        )
    return built


def _built(panel: Panel) -> stat.Panel | timeseries.Panel:
    """Return a panel as Grafana wants it."""
    built: stat.Panel | timeseries.Panel = _number(panel) if panel.is_number else _graph(panel)
    built.title(panel.title).unit(panel.unit).datasource(SOURCE).span(WIDTH).height(HEIGHT)
    for name, (expression, legend) in zip("ABCDEF", panel.queries, strict=False):
        query = prometheus.Dataquery().expr(expression).ref_id(name).datasource(SOURCE)
        built.with_target(query.legend_format(legend))
    return built


def made() -> str:
    """Return the dashboard as JSON."""
    built = (
        dashboard.Dashboard("Prime Math API")
        .uid("primeql")
        .tags(["primeql"])
        .description("Written by python -m scripts.make_dashboard; change that instead.")
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("utc")
        .with_variable(dashboard.DatasourceVariable("datasource").type("prometheus"))
    )
    for title, panels in ROWS:
        built.with_row(dashboard.Row(title))
        for panel in panels:
            built.with_panel(_built(panel))
    return JSONEncoder(sort_keys=True, indent=2).encode(built.build()) + "\n"


def expressions() -> list[str]:
    """Return every query of the dashboard."""
    panels = itertools.chain.from_iterable(panels for _, panels in ROWS)
    return [expression for panel in panels for expression, _ in panel.queries]


def main() -> None:
    """Write the files."""
    for file in FILES:
        file.write_text(made())


if __name__ == "__main__":
    main()
