"""The project's own files, as the guards of structure read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "services", "handbook", "chat", "guidance", "reports", "adoption", "config")
NOT_OURS = {".git", ".venv", "var", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git knows or would add; without git, all but what is made."""
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-co", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0:
        found = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def files(*suffixes: str, under: tuple[str, ...] = APPS) -> Iterator[Path]:
    """Files with one of the suffixes under the folders."""
    for path in tracked():
        if path.suffix in suffixes and path.relative_to(ROOT).parts[0] in under:
            yield path


def code(*, migrations: bool = False) -> Iterator[Path]:
    """The product's Python modules."""
    for path in files(".py"):
        if migrations or "migrations" not in path.parts:
            yield path


@cache
def tree(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str | None:
    """The file's text, or nothing when it is a picture."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return None
