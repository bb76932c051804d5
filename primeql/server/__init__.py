"""The HTTP server: uvicorn, with bounds on connections and request heads.

Modules, in reading order:

- ``http_protocol``: HTTP as uvicorn speaks it, but for what it does for each short answer.
- ``strict_protocol``: What a client may send on a connection before its request is one: so much,
  for so long.
- ``connections``: The clients of the server that do not take what they are sent, and how they are
  given up.
- ``http_server``: The HTTP server: uvicorn's, which gives up clients that do not take their
  answers.
- ``eager_start``: Coroutines that seldom wait: what guards a wait is only set up once there is
  one.
- ``disconnects``: Work that ends when its client hangs up.
"""
