"""What is where: the top level, the size of modules, the floors and rooms, and what no file may name."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from config.celery import app
from tests.house.source import ROOT, files, name, text_of, tracked

FLOORS = {"config", "adoption", "reports", "guidance", "chat", "handbook", "services", "accounts"}
FOLDERS = FLOORS | {"templates", "tests", "docs", "locale", "deploy", "bench"}
FILES = {
    "manage.py",
    "pyproject.toml",
    "Makefile",
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE",
    "requirements.in",
    "requirements.txt",
    "requirements-dev.in",
    "requirements-dev.txt",
}
LONGEST = {"product": 400, "tests": 700}


def test_nothing_stands_at_the_top_but_what_the_house_names() -> None:
    top = {path.relative_to(ROOT).parts for path in tracked()}
    folders = {parts[0] for parts in top if len(parts) > 1 and not parts[0].startswith(".")}
    loose = {parts[0] for parts in top if len(parts) == 1 and not parts[0].startswith(".")}
    assert folders <= FOLDERS, folders - FOLDERS
    assert loose <= FILES, loose - FILES


def test_no_module_outgrows_its_room() -> None:
    long = []
    for kind, under in (("product", (*FLOORS, "bench")), ("tests", ("tests",))):
        for path in files(".py", ".js", under=tuple(under)):
            if "migrations" in path.parts or "content" in path.parts:
                continue
            lines = len(path.read_text().splitlines())
            if lines > LONGEST[kind]:
                long.append(f"{name(path)}: {lines}")
    assert not long, f"split these by noun: {long}"


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "common", "core", "helpers", "helper", "misc", "selectors"}
    found = [
        name(path)
        for path in files(".py", ".js", under=tuple(FOLDERS))
        if drawers & {path.stem, *path.relative_to(ROOT).parts[:-1]}
    ]
    assert not found


def test_imports_only_go_down() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_floor_is_under_the_linter() -> None:
    built = {floor for floor in FLOORS if (ROOT / floor / "__init__.py").is_file()}
    settings = (ROOT / "pyproject.toml").read_text()
    roots = re.search(r"^root_packages = \[(.*)\]", settings, flags=re.MULTILINE)
    assert roots
    assert built == set(re.findall(r'"(\w+)"', roots.group(1)))


def test_no_file_names_a_package_registry_or_a_place_on_one_machine() -> None:
    dot = r"\."
    hosts = [
        dot.join(parts)
        for parts in (
            ("pypi", "org"),
            ("python[h]osted", "org"),
            ("registry", "npmjs", "org"),
            ("npmjs", "com"),
            ("yarnpkg", "com"),
            ("conda", "anaconda", "org"),
            ("crates", "io"),
            ("rubygems", "org"),
            ("proxy", "golang", "org"),
            ("docker", "io"),
            ("ghcr", "io"),
        )
    ]
    slash = "/"
    places = [slash + folder + slash for folder in ("work", "root", "Users", "tmp/nl")]
    forbidden = re.compile("|".join([*hosts, "--index-url", "--extra-index-url", *(rf"(?<![\w.}}]){place}" for place in places)]))
    found = []
    for path in tracked():
        text = text_of(path)
        if path == Path(__file__) or text is None:
            continue
        found += [f"{name(path)}: {match.group()}" for match in forbidden.finditer(text)]
    assert not found


def test_lock_files_are_hashed() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / lock).read_text()
        pins = re.findall(r"^[A-Za-z0-9][\w.\-\[\],]*==\S+", text, flags=re.MULTILINE)
        assert len(pins) > 20
        blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
        bare = [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]
        assert not bare
        assert "://" not in re.sub(r"#.*", "", text)


def test_the_direct_dependencies_are_locked() -> None:
    for source, lock in (("requirements.in", "requirements.txt"), ("requirements-dev.in", "requirements-dev.txt")):
        wanted = [line for line in (ROOT / source).read_text().splitlines() if line and not line.startswith(("-r", "#"))]
        names = {re.split(r"[<>=\[~!; ]", line)[0].lower().replace("_", "-") for line in wanted}
        locked = {line.split("==")[0].split("[")[0].lower() for line in (ROOT / lock).read_text().splitlines() if "==" in line}
        assert names <= locked, names - locked


def test_the_makefile_lists_at_most_fifteen_targets() -> None:
    listed = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert {"demo", "test", "bench"} <= set(listed)
    assert len(listed) <= 15


def test_ci_calls_the_whole_check_and_nothing_less() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert script.rstrip().endswith("exec make test")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_jobs_clock_names_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
