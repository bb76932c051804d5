"""Compares the price of requests with the CPU time that they take.

Run: python -m benchmarks.bench_cost [compare | cold | easy | fit] [REQUESTS] [MOST_POINTS]
         [--seed N] [--save FILE] [--saved FILE ...]
     python -m benchmarks.bench_cost search [SECONDS] [MOST_POINTS] [--seed N]

Everything runs in this process: what the service leaves to threads and worker processes is called
where it stands, so that ``time.process_time`` sees all of it. Documents are ready, as they are the
second time a client sends one. Answers are encoded to JSON. 1 point = 100 us of CPU on the
reference machine.

Each request is run for 2 ms or more, three times, with the pace of the machine measured before and
after (``engine.pace``). ``raw`` is the median of the three. ``normalised`` is the median of the
three divided each by the pace beside it: so the points of another machine, or of this one in use,
become those of the tariff.

``cold`` sends documents that were never seen, and adds what making them ready is priced at.
``easy`` takes random integers of 72 to 128 bits, which prices do not tell from the hardest of their
size. ``fit`` prints the overheads of the executor that come closest to what is measured.
``search`` draws documents that try to take longer than twice their price and 10 ms, and prints the
worst. ``--save`` keeps what was measured; ``--saved`` prices what was kept anew.
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.cost_fit import fit
from benchmarks.cost_search import Search
from benchmarks.cost_service import HANDING_OVER, Bench, Taken
from benchmarks.cost_workload import Request, easy_requests, requests
from primeql.commands.serve_command import GC_THRESHOLDS
from primeql.operations.document_fees import CHARACTERS_PER_POINT, READ_POINTS
from resolvers.pricing.tariff import Overheads

_SEED = 20261123
# After so many requests the collector is told not to look at what is there.
_OLD_REQUESTS = 50
_QUANTILES = (0.0, 0.01, 0.025, 0.25, 0.5, 0.75, 0.975, 0.99, 1.0)


class Pair(NamedTuple):
    """A request with its price and what it has taken, in points."""

    request: Request
    price: float
    taken: Taken

    @property
    def raw(self) -> float:
        """Measured / price."""
        return self.taken.raw / self.price

    @property
    def normalised(self) -> float:
        """Measured, as on the quiet reference machine, / price."""
        return self.taken.normalised / self.price


def main() -> None:
    """Run what the command line names."""
    asked = _arguments()
    bench = quiet_bench()
    if asked.what == "search":
        search = Search(bench, asked.points)
        search.run(asked.requests, asked.seed)
        search.report()
        return
    if asked.saved:
        pairs = [pair for path in asked.saved for pair in _repriced(bench, path)]
    else:
        make = easy_requests if asked.what == "easy" else requests
        made = make(asked.seed, asked.requests)
        is_cold = asked.what == "cold"
        pairs = asyncio.run(_measured(bench, made, asked.points, is_cold=is_cold))
    if asked.save:
        _save(pairs, asked.save)
    if asked.what == "fit":
        fit(bench, [one.request for one in pairs], [one.taken.normalised for one in pairs])
    else:
        _report(pairs)


def quiet_bench() -> Bench:
    """Return the service in this process, its collector set as the server's once it has started."""
    bench = Bench(replace(Overheads(), **HANDING_OVER))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    logging.disable()
    return bench


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_cost")
    modes = ("compare", "cold", "easy", "fit", "search")
    parser.add_argument("what", nargs="?", default="compare", choices=modes)
    parser.add_argument("requests", nargs="?", type=int, default=600)
    parser.add_argument("points", nargs="?", type=float, default=2000.0)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--saved", type=Path, nargs="+")
    return parser.parse_args()


async def _measured(
    bench: Bench, made: Iterable[Request], most: float, is_cold: bool
) -> list[Pair]:
    """Return requests up to a price with the price and what they take."""
    found = []
    for number, request in enumerate(made):
        if bench.estimate(request).points > most:
            continue
        if number % _OLD_REQUESTS == 0:
            # Full collections walk through all documents so far; they are nobody's in particular.
            gc.collect()
            gc.freeze()
        taken = await (bench.cold(request) if is_cold else bench.taken(request))
        # Taken again, since growing the base primes is paid for once.
        price = bench.estimate(request).points
        if is_cold:
            price += READ_POINTS + len(request.query) / CHARACTERS_PER_POINT
        found.append(Pair(request, price, taken))
    return found


def _save(pairs: Sequence[Pair], path: Path) -> None:
    """Keep what was measured, one JSON value a line."""
    kept = [[*_fields(pair.request), *pair.taken] for pair in pairs]
    path.write_text("".join(json.dumps(line) + "\n" for line in kept))


def _fields(request: Request) -> tuple[object, ...]:
    return request.kind, request.query, request.variables


def _repriced(bench: Bench, path: Path) -> list[Pair]:
    """Return what was kept, with the prices of now."""
    found = []
    for line in path.read_text().splitlines():
        kind, query, variables, raw, normalised = json.loads(line)
        request = Request(kind, query, variables)
        found.append(Pair(request, bench.estimate(request).points, Taken(raw, normalised)))
    return found


def _report(pairs: Sequence[Pair]) -> None:
    """Print the distribution of measured / price, and where it is worst."""
    slower = statistics.median(pair.taken.raw / pair.taken.normalised for pair in pairs)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"the pace of the machine was {slower:.2f} (median); load averages {load}")
    ways: tuple[tuple[str, Callable[[Pair], float]], ...] = (
        ("raw", lambda pair: pair.raw),
        ("normalised", lambda pair: pair.normalised),
    )
    for name, way in ways:
        _print_quantiles(name, sorted(map(way, pairs)))
    kinds = defaultdict(list)
    for pair in pairs:
        kinds[pair.request.kind].append(pair.normalised)
    print("least, median and greatest of measured / price, normalised, by kind:")
    for kind, found in sorted(kinds.items(), key=lambda item: statistics.median(item[1])):
        print(f"{min(found):6.2f} {statistics.median(found):6.2f} {max(found):6.2f}  {kind}")
    ranked = sorted(pairs, key=lambda pair: pair.normalised)
    for title, worst in (("overpriced", ranked[:12]), ("underpriced", ranked[:-13:-1])):
        print(f"worst {title}: measured / price, normalised and raw, price, measured")
        for pair in worst:
            shown = f"{pair.request.query[:110]} {str(pair.request.variables)[:90]}"
            ratios = f"{pair.normalised:6.2f} {pair.raw:6.2f}"
            print(f"{ratios} {pair.price:9.2f} {pair.taken.normalised:9.2f}  {shown}")


def _print_quantiles(name: str, ratios: Sequence[float]) -> None:
    """Print how many prices are near to what was measured, and by how much they miss it."""
    within = sum(0.5 <= ratio <= 2 for ratio in ratios) / len(ratios)
    over = sum(ratio > 3 for ratio in ratios)
    print(f"{name}: {len(ratios)} requests; within a factor of 2: {within:.1%}; above 3: {over}")
    quantiles = (f"{q:.1%}: {ratios[round(q * (len(ratios) - 1))]:.2f}" for q in _QUANTILES)
    print("measured / price: " + "  ".join(quantiles))


if __name__ == "__main__":
    main()
