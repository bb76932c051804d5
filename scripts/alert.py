"""Send a test alert through Alertmanager, and see that it was taken and to whom it goes.

Usage: python -m scripts.alert URL [--severity page] [--seconds 60]

URL is Alertmanager's, such as http://127.0.0.1:9093. The alert is called PrimeqlTest, says that it
is a test, and ends by itself after --seconds. Whether a person was reached, that person must say.
"""

import argparse
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

NAME: Final = "PrimeqlTest"
TAKEN_SECONDS: Final = 10


def send(url: str, severity: str, seconds: int) -> list[str]:
    """Send the alert; return the receivers it is routed to.

    Raises:
        httpx.HTTPError: Alertmanager cannot be reached, or refuses it.
        TimeoutError: It does not show the alert.
    """
    now = datetime.now(UTC)
    alert = {
        "labels": {"alertname": NAME, "severity": severity, "job": "primeql"},
        "annotations": {"summary": "A test of the way from alerts to people. Nothing is wrong."},
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(seconds=seconds)).isoformat(),
    }
    with httpx.Client(base_url=url, timeout=TAKEN_SECONDS) as client:
        client.post("/api/v2/alerts", json=[alert]).raise_for_status()
        for _ in range(TAKEN_SECONDS * 5):
            parameters = {"filter": f'alertname="{NAME}"'}
            shown: list[dict[str, Any]] = client.get("/api/v2/alerts", params=parameters).json()
            if shown:
                return [receiver["name"] for receiver in shown[0]["receivers"]]
            time.sleep(0.2)
    raise TimeoutError("Alertmanager does not show the alert")


def main(arguments: list[str] | None = None) -> int:
    """Send one alert and print who gets it."""
    parser = argparse.ArgumentParser(description="Send a test alert through Alertmanager.")
    parser.add_argument("url")
    parser.add_argument("--severity", default="page")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args(arguments)
    try:
        receivers = send(options.url, options.severity, options.seconds)
    except (httpx.HTTPError, TimeoutError) as error:
        print(f"alert: {error}", file=sys.stderr)
        return 1
    print(f"taken; goes to {', '.join(receivers)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
