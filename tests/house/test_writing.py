"""Rules of the source that no linter of others knows: who writes rows, and what nobody does."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import ROOT, code, name, tree

ALWAYS = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
ALWAYS |= {f"a{verb}" for verb in ALWAYS}
ON_ROWS = {"update", "aupdate"}  # also a verb of dicts and hashes: counted when it is called on rows
ROWS = re.compile(r"\.objects\b|\.filter\(|\.exclude\(|\.all\(\)|\b(rows|queryset|qs)\b|_default_manager|_base_manager")
SQL_WRITE = re.compile(r"^\s*(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|REPLACE)\b", re.IGNORECASE)

# Where something that looks like a write is none of a row, each with its reason.
ALLOWED: dict[str, str] = {
    "adoption/exports/workbook.py book.save": "a file for the person who asks",
    "config/management/commands/messages.py catalogue.save": "a file of translations",
    "chat/models/conversations.py cursor.execute": "a QuerySet's statement for many rows, called by operations",
    "chat/models/conversations.py cursor.executemany": "a QuerySet's statement for many rows, called by operations",
    "chat/models/participants.py cursor.execute": "a QuerySet's statement for many rows, called by operations",
    "chat/models/participants.py cursor.executemany": "a QuerySet's statement for many rows, called by operations",
}


def writes_rows(path: Path) -> bool:
    """Whether the module is a kitchen: only these write."""
    parts = path.relative_to(ROOT).parts
    return "operations" in parts or path.name == "operations.py" or "migrations" in parts


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Calls that write rows, with their lines."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            verb, whom = node.func.attr, ast.unparse(node.func.value)
            dry = any(word.arg == "commit" and ast.unparse(word.value) == "False" for word in node.keywords)
            if not dry and (verb in ALWAYS or (verb in ON_ROWS and ROWS.search(whom))):
                yield node.lineno, f"{whom}.{verb}"
            if verb in {"execute", "executemany", "raw"} and node.args and isinstance(node.args[0], ast.Constant):
                statement = node.args[0].value
                if isinstance(statement, str) and SQL_WRITE.match(statement):
                    yield node.lineno, f"{whom}.{verb}"


def test_only_operations_write_rows() -> None:
    found = []
    for path in code():
        if writes_rows(path):
            continue
        found += [f"{name(path)}:{line} {call}" for line, call in calls(path) if f"{name(path)} {call}" not in ALLOWED]
    assert not found, "writes belong into operations (or into ALLOWED with a reason):\n" + "\n".join(found)


def test_the_allow_list_has_nothing_stale() -> None:
    present = {f"{name(path)} {call}" for path in code() for _, call in calls(path)}
    assert set(ALLOWED) <= present, set(ALLOWED) - present


def test_the_guard_sees_writes(tmp_path: Path) -> None:
    module = tmp_path / "views.py"
    module.write_text(
        "def f(x, d):\n"
        "    Thing.objects.filter(pk=1).update(a=1)\n"
        "    x.save()\n"
        "    d.update(a=1)\n"
        "    c.execute('DELETE FROM t')\n"
    )
    assert [line for line, _ in calls(module)] == [2, 3, 5]


def late_import_allowed() -> set[str]:
    """Modules that pyproject.toml lets import inside a function."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    ignores = settings["tool"]["ruff"]["lint"]["per-file-ignores"]
    return {pattern for pattern, rules in ignores.items() if "PLC0415" in rules}


def test_no_import_inside_a_function() -> None:
    found = []
    for path in code():
        if any(path.relative_to(ROOT).match(pattern) for pattern in late_import_allowed()):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                late = [part for part in ast.walk(node) if isinstance(part, ast.Import | ast.ImportFrom)]
                found += [f"{name(path)}:{node.lineno} in {node.name}"] if late else []
    assert not found


def test_no_signals_and_no_models_by_name() -> None:
    found = []
    for path in code():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module in {
                "django.dispatch",
                "django.db.models.signals",
                "django.core.signals",
            }:
                found.append(f"{name(path)}:{node.lineno} {node.module}")
            if isinstance(node, ast.Attribute) and node.attr == "get_model":
                found.append(f"{name(path)}:{node.lineno} get_model")
    assert not found


def test_tasks_are_called_by_the_function_not_by_name() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in code()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"send_task", "signature"}
    ]
    assert not found


def test_operations_never_import_tasks() -> None:
    found = []
    for path in code():
        if not writes_rows(path):
            continue
        for node in ast.walk(tree(path)):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module and module.split(".")[-1] == "tasks":
                found.append(f"{name(path)}:{node.lineno}")
    assert not found


def test_operations_are_keyword_only_typed_and_told() -> None:
    """Whatever takes `by` is an operation: its arguments are named, its actor is typed, its docstring states the rule."""
    found = []
    for path in code():
        if not writes_rows(path):
            continue
        for node in tree(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            actors = [one for one in [*node.args.args, *node.args.kwonlyargs] if one.arg == "by"]
            if not actors:
                continue
            kind = ast.unparse(actors[0].annotation) if actors[0].annotation else ""
            if (
                node.args.args
                or not re.search(r"Actor|Staff|Resident|System", kind)
                or node.returns is None
                or not ast.get_docstring(node)
            ):
                found.append(f"{name(path)}:{node.lineno} {node.name}")
    assert not found


def test_writing_functions_say_who_acts() -> None:
    """A public function of operations that writes takes `by`, or is a step that only other operations call."""
    found = []
    steps = {call for path in code() if writes_rows(path) for call in imported_names(path)}
    for path in code():
        if not writes_rows(path) or "migrations" in path.parts:
            continue
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and writes(node):
                named = {one.arg for one in [*node.args.args, *node.args.kwonlyargs]}
                if "by" not in named and node.name not in steps:
                    found.append(f"{name(path)}:{node.lineno} {node.name}")
    assert not found


def writes(node: ast.FunctionDef) -> bool:
    """The function itself writes rows."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            verb, whom = part.func.attr, ast.unparse(part.func.value)
            if verb in ALWAYS or (verb in ON_ROWS and ROWS.search(whom)):
                return True
    return False


def imported_names(path: Path) -> set[str]:
    """What one module of operations takes from another."""
    return {
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module and ".operations." in node.module and path.name != "__init__.py"
        for alias in node.names
    }
