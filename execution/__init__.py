"""How a document becomes a result: from text to bytes.

A document is compiled once into a plan, and a plan runs without walking the document again. Texts
are found again by what is left of them without numbers (``literals``, ``library``). The operations
of a document are planned for each outcome of their conditions (``prepared``, ``planning``,
``plans``) and run column by column (``plan_run``). What no plan can express goes to graphql-core's
own executor.
"""
