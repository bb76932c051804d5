"""How a result becomes bytes of JSON.

Modules, in reading order:

- ``integer_arrays``: Long ascending lists of integers, from an array to JSON without a Python
  object for each.
- ``tables``: Lists of objects that stay columns until they are sent.
- ``encoding``: From a result to bytes of JSON, whole or in pieces that leave others their turn.
- ``sliced_executor``: Execution that lets other requests have their turn while it completes long
  lists.
"""
