"""How a text becomes a prepared document, and where prepared documents are kept.

Modules, in reading order:

- ``documents``: Documents made ready once: parsed, validated, and kept while they fit.
- ``literals``: Numbers of a document lifted into variables, so that texts that differ only in
  them are one.
- ``variables``: The variables of an operation: coerced quickly where they are as they should be.
- ``validation_rules``: Which rules of validation can have anything to say of a document, judged
  by its text.
- ``helpful_rules``: Validation by graphql-core's rules, whose messages here say what to ask for
  instead.
- ``error_locations``: Where in a document its errors are, found in time that does not multiply.
- ``prepared_documents``: Documents made ready: valid, with a plan for each operation once it is
  asked for.
- ``document_cache``: Every document made ready, found again by its text, or by its text without
  numbers.
"""
