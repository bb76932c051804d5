"""The questions a caller may ask: where they run, by when, and at which limits.

Rooms and modules, from the lowest; each imports only what stands before it:

- ``errors``: The error codes clients see, and the one table that translates the engine's errors
  to them.
- ``limits``: The limits in force, as plain numbers that every layer is given at start.
- ``pace``: How long a point takes on this machine: points are work, and seconds depend on who
  does it.
- ``rate_limit``: What a client has left to spend, as its request found it.
- ``pagination``: Opaque cursors and the rules of Relay pagination.
- ``running``: Where a computation runs: on the event loop, in a thread or in a worker process.
- ``remembering``: Which answers are remembered, where, and how a remembered answer is checked.
- ``context``: What one request carries through every resolver.
- ``pricing``: What a field costs, in points, before anything runs.
- ``questions``: What can be asked, by subject: each question is declared once.
"""
