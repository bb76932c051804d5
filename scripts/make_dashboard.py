"""Make the dashboard of Grafana from its panels.

    python -m scripts.make_dashboard

writes ops/grafana/primeql.json, to be imported into Grafana or provisioned there, and the same file
for the ConfigMap of the component for monitoring, since kustomize reads nothing outside of it.
"""

import itertools
import re
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

# A series of an instance, or a record of all instances of a namespace, with the labels asked for.
SERIES = re.compile(
    r"\b(?P<name>(?:primeql|process|python)_\w+|job:[\w:]+|up(?=\{))(?:\{(?P<labels>[^}]*)\})?"
)
RELEASED = "count by (version) (primeql_build_info)"


def chosen(expression: str) -> str:
    """Return an expression for the namespace and the instances that are chosen in Grafana."""

    def narrowed(match: re.Match[str]) -> str:
        labels = [match["labels"]] if match["labels"] else []
        labels.append('namespace=~"$namespace"')
        if not match["name"].startswith("job:"):
            labels.append('instance=~"$instance"')
        return f"{match['name']}{{{','.join(labels)}}}"

    return SERIES.sub(narrowed, expression)


def _variable(name: str, label: str, labels: str = "") -> dashboard.QueryVariable:
    """Return a choice among the values of a label of what runs; all at first."""
    return (
        dashboard.QueryVariable(name)
        .query(f"label_values(primeql_build_info{labels}, {label})")
        .datasource(SOURCE)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
    )


def _releases() -> dashboard.AnnotationQuery:
    """Return a mark at each moment from which a version runs that did not run before."""
    return (
        dashboard.AnnotationQuery()
        .name("Releases")
        .datasource(SOURCE)
        .enable(True)
        .icon_color("blue")
        .expr(f"{RELEASED} unless {RELEASED.replace('info', 'info offset 5m')}")
    )


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
        query = prometheus.Dataquery().expr(chosen(expression)).ref_id(name).datasource(SOURCE)
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
        # Outside of Kubernetes there is none.
        .with_variable(_variable("namespace", "namespace").all_value(".*"))
        .with_variable(_variable("version", "version", '{namespace=~"$namespace"}'))
        .with_variable(
            _variable("instance", "instance", '{namespace=~"$namespace",version=~"$version"}')
        )
        .annotation(_releases())
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
