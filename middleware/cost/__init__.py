"""What an operation costs, from its plan and its variables.

Modules, in reading order:

- ``price_protocols``: What is asked of a book of prices.
- ``introspection_cost``: What it costs to ask for the schema's description of itself.
- ``schema_prices``: The prices of all fields of a schema, its description of itself included.
- ``stock_prices``: What a field costs that the stock executor answers instead of a plan.
- ``selection_prices``: The prices of what a plan selects: its fields, each with the price
  function of its group.
- ``estimate``: What an operation is expected to cost, added up field by field.
- ``query_cost``: The price of an operation, known before anything of it runs.
"""
