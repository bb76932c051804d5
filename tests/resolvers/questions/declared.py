"""Every question that a function of the engine answers, wherever it is declared."""

import importlib
import pkgutil
from collections.abc import Sequence
from typing import Any

from resolvers import questions
from resolvers.questions.question import EngineQuestion

MODULES = [
    importlib.import_module(f"{questions.__name__}.{module.name}")
    for module in pkgutil.iter_modules(questions.__path__)
]
DECLARED: Sequence[EngineQuestion[Any]] = [
    one for module in MODULES for one in vars(module).values() if isinstance(one, EngineQuestion)
]
