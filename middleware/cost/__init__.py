"""What a document costs, from its plan and its variables.

Modules, in reading order:

- ``price_protocols``: What is asked of a book of prices.
- ``introspection_cost``: What it costs to ask for the schema's description of itself.
- ``schema_prices``: The prices of all fields of a schema, its description of itself included.
- ``stock_prices``: What a field costs that the stock executor answers, as all that is asked
  beside the schema.
- ``cost_arguments``: The arguments of a field: coerced once where they are written out, else for
  every request.
- ``cost_plan``: The fields that an operation selects, merged as the executor merges them, with
  their prices.
- ``estimate``: What an operation is expected to cost, added up field by field.
- ``query_cost``: The price of a document, known before anything of it runs.
"""
