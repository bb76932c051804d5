"""The HTTP server: uvicorn, with bounds on connections and request heads.

Modules, in reading order:

- ``http_protocol``: uvicorn's HTTP protocol, with one write for a short answer and one idle
  timer.
- ``strict_protocol``: Limits the size of a request and the time that it may take to arrive.
- ``connections``: Finds connections whose clients do not read their answers, and closes them.
- ``http_server``: The HTTP server: uvicorn's server, which also closes connections of clients
  that do not read.
- ``eager_start``: Starts a coroutine eagerly, so that one that never waits needs no task and no
  timer.
- ``disconnects``: Cancels work when its client disconnects.
"""
