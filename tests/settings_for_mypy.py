"""The real settings, as the type checker sees them: modeltranslation's managers, made at run time, are left as they were written.

The checker's Django plugin looks at the running models and cannot name a class that exists only in memory.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from config.settings import *  # noqa: F403


class _KeepManagers(MetaPathFinder):
    """Loads `modeltranslation.translator` as it is, but for the step that swaps managers."""

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != "modeltranslation.translator":
            return None
        spec = PathFinder.find_spec(fullname, path)  # type: ignore[arg-type]
        assert spec is not None
        assert spec.loader is not None
        run = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            module.add_manager = lambda model: None  # type: ignore[attr-defined]

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, _KeepManagers())
