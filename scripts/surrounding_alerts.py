"""Alerts on what stands around the service: alerting itself, the edge, and the platform's limits.

Their series come from others: Prometheus and Alertmanager, the blackbox exporter (``Probe`` in
kustomize/components/monitoring), cAdvisor, kube-state-metrics, and an exporter of Redis. Where one
of them is not scraped its alert stays quiet.
"""

from typing import NamedTuple


class SurroundingAlert(NamedTuple):
    """The parts of an alert; ``runbook`` is a page of docs/runbooks."""

    name: str
    expression: str
    lasting: str
    severity: str
    summary: str
    runbook: str


THROTTLED = "rate(container_cpu_cfs_{kind}periods_total{{container='primeql'}}[10m])"
# Of the budgets only: the store of answers evicts, and is full when all is well.
REDIS = "redis_memory_{kind}_bytes{{job=~'.*redis-budgets.*'}}"
HPA = "kube_horizontalpodautoscaler_{kind}_replicas{{horizontalpodautoscaler=~'primeql.*'}}"
HPA_LABELS = "on (namespace, horizontalpodautoscaler)"

SURROUNDING_ALERTS = (
    SurroundingAlert(
        "PrimeqlWatchdog",
        "vector(1)",
        "0m",
        "none",
        "Always fires: whoever receives it notices when alerting itself has stopped.",
        "alerting",
    ),
    SurroundingAlert(
        "PrimeqlNotificationsFail",
        "sum by (integration) (increase(alertmanager_notifications_failed_total[10m])) > 0",
        "5m",
        "ticket",
        "Alertmanager cannot deliver by {{ $labels.integration }}.",
        "alerting",
    ),
    SurroundingAlert(
        "PrimeqlAlertsDropped",
        "sum by (instance) (increase(prometheus_notifications_dropped_total[10m])) > 0",
        "5m",
        "ticket",
        "Prometheus {{ $labels.instance }} cannot hand its alerts to Alertmanager.",
        "alerting",
    ),
    SurroundingAlert(
        "PrimeqlEdgeFails",
        'min by (namespace, instance) (probe_success{job="primeql-edge"}) == 0',
        "2m",
        "page",
        "A query through {{ $labels.instance }} is not answered, as clients would ask it.",
        "edge",
    ),
    SurroundingAlert(
        "PrimeqlCertificateExpires",
        "min by (namespace, instance)"
        ' (probe_ssl_earliest_cert_expiry{job="primeql-edge"} - time()) < 14 * 86400',
        "1h",
        "ticket",
        "The certificate of {{ $labels.instance }} ends in {{ $value | humanizeDuration }}.",
        "certificate",
    ),
    SurroundingAlert(
        "PrimeqlCpuThrottled",
        f"sum by (namespace, pod) ({THROTTLED.format(kind='throttled_')})"
        f" / sum by (namespace, pod) ({THROTTLED.format(kind='')}) > 0.25",
        "15m",
        "ticket",
        "{{ $labels.pod }} is held back in {{ $value | humanizePercentage }} of its periods.",
        "cpu-throttled",
    ),
    SurroundingAlert(
        "PrimeqlRedisMemory",
        f"{REDIS.format(kind='used')} / ({REDIS.format(kind='max')} > 0) > 0.85",
        "10m",
        "ticket",
        "The budgets' Redis {{ $labels.instance }} has used {{ $value | humanizePercentage }}.",
        "redis-memory",
    ),
    SurroundingAlert(
        "PrimeqlAtMaximum",
        f"{HPA.format(kind='status_current')} >= {HPA_LABELS}" f" {HPA.format(kind='spec_max')}",
        "15m",
        "ticket",
        "{{ $labels.horizontalpodautoscaler }} runs as many pods as it may.",
        "at-maximum",
    ),
)
