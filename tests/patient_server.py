"""The service, with patience enough for a Redis that waits for a core of a busy machine.

Usage: python -m tests.patient_server serve
"""

import sys

from primeql.__main__ import main
from primeql.stores.redis_answers import RedisAnswers
from primeql.stores.redis_buckets import RedisBuckets
from tests.waiting import WAIT_SECONDS


def be_patient() -> None:
    """Take no Redis for one that hangs."""
    for kind in (RedisAnswers, RedisBuckets):
        kind.__init__.__defaults__ = (WAIT_SECONDS,)


if __name__ == "__main__":
    be_patient()
    sys.exit(main())
