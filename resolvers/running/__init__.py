"""Where a computation runs: on the event loop, in a thread or in a worker process.

Modules, in reading order:

- ``task_timer``: How long one computation has taken, also one that is given up before it ends.
- ``fair_pool``: Things lent to clients in turn, with a bounded queue of those who wait.
- ``thread_lane``: Threads for numpy, lent in turns; what is given up there ends at its next look
  at a flag.
- ``worker_process``: A process that computes one task at a time, and can be killed at any moment.
- ``worker_lane``: Worker processes of one priority: lent in turns, and replaced when they end.
- ``task_records``: What becomes of computations in threads and processes, told to whoever
  watches.
- ``request_accounting``: What is noted of one answer while its parts are made, and its share of
  the event loop.
- ``compute``: The one door to computing: at once on the loop, in a thread, or in a process that
  can be killed.
"""
