"""May this document be parsed, validated and executed at all?

Modules, in reading order:

- ``document_tokens``: How many tokens, comments and directives a document has, counted without
  lexing it.
- ``selection_tree``: The selection sets of a document, reduced to what its limits count.
- ``fragment_graph``: Which definition of a document spreads which fragment, made free of cycles.
- ``expansion``: What a document comes to once its fragments are expanded, found without expanding
  them.
- ``field_merges``: How many pairs of fields must be compared because they answer under one name.
- ``limited_parser``: graphql-core's parser, stopped where a document passes a limit.
- ``type_suggestions``: The rule on known types; similar names are looked for once a document.
- ``document_limits``: What a document may ask of the parser, of validation and of execution,
  whatever it says.
"""
