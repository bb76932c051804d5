"""How an operation is compiled to a plan, and how a plan runs.

Modules, in reading order:

- ``response_paths``: Where in the response the values of a column belong; worked out only for
  errors.
- ``field_resolvers``: What a plan must be told of a field to resolve it without the stock
  executor's preparations.
- ``plan_arguments``: The arguments of a planned field: coerced once where they are written out.
- ``plan``: Plans: what an operation selects, arranged so that it runs column by column.
- ``planning``: From an operation to its plan: what the schema says of it is looked up here, once.
- ``columns``: Columns: one value for each object, at hand or to be awaited.
- ``group_values``: The values of a group of fields, as their resolvers give them.
- ``leaf_columns``: Columns of scalars and enums, encoded in one go where all values are right.
- ``completion``: Completing values: what resolvers give becomes what is sent, and errors where it
  cannot be.
- ``field_nodes``: Which nodes of a document asked for a field, found only when its error must be
  told.
- ``plan_run``: Running a plan: every field once for all the objects that it is asked of.
"""
