"""What a field costs, in points, before anything runs.

Modules, in reading order:

- ``outline``: What is known of a factorization before it is made: which powers of small primes
  divide.
- ``states``: What prices need to know of the objects that fields return.
- ``tariff``: What it costs to run a question at all: the executor, the encoder and the way to a
  worker.
- ``lists``: What it costs to show what is there: lists, their entries, and what stands beside
  them.
- ``factors``: What questions cost that need the factorization of an integer.
- ``integers``: What questions about integers cost.
- ``ranges``: What questions about intervals of primes cost.
- ``answer_sizes``: How much memory showing an answer takes: predicted from the same states as
  prices.
- ``fields``: What is declared of a field's price, and what the built schema tells of it.
- ``shown``: Prices of fields that ask no question of the engine, where the type does not tell
  them.
- ``prices``: The price of every field: points, as a function of what is asked, before anything
  runs.
"""
