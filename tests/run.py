"""Everything that is checked before a change is taken in: `make test` (and `make soak`).

Each part is a command of its own. What the machine lacks is installed when that is possible (root, apt-get); otherwise the
parts that need it are named at the end as not run. With CI=1 a part that could not run counts as failed.

The database is migrated once for each kind (SQLite, PostgreSQL); the processes of every part begin with a copy.

    python -m tests.run                 every part
    python -m tests.run lint serve      these parts
    python -m tests.run --soak          the campaigns at full size
    python -m tests.run --at 2026-12-31T21:50 sqlite    as if it were that moment (UTC): no test may depend on the day or the hour
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tests.servers import NotHereError, Postgres, Redis, find_program

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var") / "test"
CLOCK = ROOT / "tests" / "clock"
BIN = Path(sys.executable).parent
MIGRATED = "portal_migrated"
OPENED = "tests/reports/test_office.py"
LINES = 72
FEW = 3

# What a part may need of the system: how it is found, and the package that brings it.
CHROMIUM, GETTEXT, POSTGRES, REDIS = "Chromium", "gettext", "PostgreSQL", "Redis"
OFFICE, POPPLER = "LibreOffice", "poppler"
PACKAGES = {
    CHROMIUM: "chromium",
    GETTEXT: "gettext",
    POSTGRES: "postgresql",
    REDIS: "redis-server",
    OFFICE: "libreoffice-calc-nogui",
    POPPLER: "poppler-utils",
}


def find(need: str) -> bool:
    """Whether the machine has it."""
    programs = {
        CHROMIUM: ("chromium", "chromium-browser", "google-chrome"),
        GETTEXT: ("xgettext",),
        POSTGRES: ("initdb",),
        REDIS: ("redis-server", "valkey-server"),
        OFFICE: ("soffice", "libreoffice"),
        POPPLER: ("pdftotext",),
    }
    return any(find_program(name) for name in programs[need])


@dataclass
class Part:
    """One command; pytest's parts tell how many tests they ran."""

    name: str
    about: str
    command: list[str]
    needs: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    again: bool = False
    """A few that failed beside others are run once more, alone; which ones is told."""

    @property
    def report(self) -> Path | None:
        """Where pytest writes what it ran."""
        return VAR / f"{self.name}.xml" if self.command[0].endswith("pytest") else None

    @property
    def environment(self) -> dict[str, str]:
        """Its own: parts share neither files nor databases nor channels."""
        # Hundreds of processes are started: what they import is compiled once (and is left out of the repository).
        folder = VAR / self.name
        return {**os.environ, "VAR_DIR": str(folder), "TEST_PART": self.name, "PYTHONDONTWRITEBYTECODE": "", **self.env}


@dataclass
class Result:
    """What came of a part."""

    part: Part
    verdict: str
    seconds: float = 0.0
    told: str = ""


def tool(name: str, *arguments: str) -> list[str]:
    """A program of the virtual environment."""
    return [str(BIN / name), *arguments]


def pytest(marks: str, *arguments: str) -> list[str]:
    """pytest for the tests with these marks."""
    return tool("pytest", "-q", "-m", marks, *arguments)


def parts(servers: dict[str, str], soak: bool) -> list[Part]:
    """Every part, cheapest first."""
    embedded = {"DATABASE_URL": "", "REDIS_URL": ""}

    def multi(name: str) -> dict[str, str]:
        return {
            "DATABASE_URL": f"{servers.get('TEST_POSTGRES_URL', '')}/{name}",
            "REDIS_URL": servers.get("TEST_REDIS_URL", "") + "/1",
        }

    if soak:
        needs, long = (POSTGRES, REDIS), "--timeout=7200"
        campaign = {**servers, "SOAK": "1"}
        return [
            Part(
                "office", "the files of reports, opened in LibreOffice", pytest("soak", long, OPENED), (OFFICE, POPPLER), embedded
            ),
            Part(
                "soak",
                "campaigns at full size",
                pytest("soak or serve", long, f"--ignore={OPENED}"),
                needs,
                {**embedded, **campaign},
            ),
            Part(
                "soak-postgres",
                "the servers' campaigns on PostgreSQL and Redis",
                pytest("serve and postgres", long),
                needs,
                {**multi("soak"), **campaign},
            ),
        ]
    cores = min(os.cpu_count() or 2, 4)
    side_by_side = ("-n", str(cores), "--dist=worksteal")
    waiting_most = ("-n", str(cores * 2), "--dist=worksteal")  # a real server's tests mostly wait
    waiting_much = ("-n", str(cores + 1), "--dist=worksteal")  # a browser's tests wait more than they compute
    return [
        Part("lint", "ruff", tool("ruff", "check", "--output-format=concise", ".")),
        Part("format", "ruff's formatter", tool("ruff", "format", "--check", ".")),
        Part("floors", "imports only go down", tool("lint-imports", "--no-cache")),
        Part("types", "mypy, strict", tool("mypy")),
        Part(
            "sqlite",
            "unit and async tests on SQLite",
            pytest("not (browser or serve or soak)", *side_by_side),
            (GETTEXT,),
            embedded,
        ),
        Part(
            "postgres",
            "the marked set on PostgreSQL and Redis",
            pytest("postgres and not (browser or serve or soak)", *side_by_side),
            (POSTGRES, REDIS),
            multi("portal"),
        ),
        Part(
            "serve",
            "the real server as child processes",
            pytest("serve and not soak", *waiting_most),
            (POSTGRES, REDIS),
            {**embedded, **servers},
        ),
        Part(
            "serve-postgres",
            "the real server on PostgreSQL and Redis",
            pytest("serve and postgres and not soak", *waiting_most),
            (POSTGRES, REDIS),
            {**multi("serve"), **servers},
        ),
        Part("browser", "Chromium", pytest("browser", *waiting_much), (CHROMIUM,), {**embedded, **servers}, again=True),
    ]


def install_missing(wanted: set[str]) -> None:
    """Installs what the parts need, if this is root on a machine with apt-get."""
    missing = sorted(need for need in wanted if not find(need))
    if not missing:
        return
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        print(f"→ Missing: {', '.join(missing)}. Not installed, since this is not root on a machine with apt-get.")
        return
    print(f"→ Installing {', '.join(missing)} by apt-get", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *(PACKAGES[need] for need in missing)]):
        subprocess.run([apt, *command], check=False, env=environment, stdout=subprocess.DEVNULL)


def start_servers(stack: ExitStack, wanted: set[str]) -> dict[str, str]:
    """Addresses of PostgreSQL and Redis: those that are given, else our own, else what listens on this machine already."""
    found: dict[str, str] = {}
    kinds: list[tuple[str, str, type[Postgres] | type[Redis]]] = [
        (POSTGRES, "TEST_POSTGRES_URL", Postgres),
        (REDIS, "TEST_REDIS_URL", Redis),
    ]
    for need, variable, kind in kinds:
        if need not in wanted:
            continue
        if given := os.environ.get(variable):
            found[variable] = given.rstrip("/")
            continue
        try:
            found[variable] = stack.enter_context(kind()).url
        except (NotHereError, RuntimeError, subprocess.CalledProcessError) as error:
            print(f"→ {need}: {error}")
            if address := running(need):
                found[variable] = address
    return found


def running(need: str) -> str:
    """The address of a server that listens on its usual port and lets us in, or nothing."""
    if need == REDIS:
        probe = Redis.__new__(Redis)
        probe.port = 6379
        return probe.url if probe.ready() else ""
    url = "postgres://postgres@127.0.0.1:5432"
    try:
        psycopg.connect(f"{url}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return ""
    return url


def run(part: Part, lacking: set[str]) -> Result:
    """Runs one part, with its output on the screen."""
    print(f"\n{'─' * LINES}\n→ {part.name}: {part.about}", flush=True)
    if missing := [need for need in part.needs if need in lacking]:
        print(f"  not run: {', '.join(missing)} missing", flush=True)
        return Result(part, "NOT RUN", told=f"needs {', '.join(missing)}")
    (VAR / part.name).mkdir(exist_ok=True)
    command = list(part.command)
    if part.report:
        part.report.unlink(missing_ok=True)
        command.append(f"--junit-xml={part.report}")
    began = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=part.environment, check=False).returncode
    told = "no tests were found" if code == 5 and part.report else counts(part.report)
    failed = broken(part.report)
    if part.again and code == 1 and 0 < len(failed) <= FEW:
        print(f"→ {part.name}: once more, alone: {', '.join(failed)}", flush=True)
        alone = [*part.command[: part.command.index("-m") + 2], "--last-failed", "--last-failed-no-failures=none"]
        code = subprocess.run(alone, cwd=ROOT, env=part.environment, check=False).returncode
        if code == 0:
            told += f"; PASSED ONLY WHEN RUN AGAIN: {', '.join(failed)}"
    return Result(part, "passed" if code == 0 else "FAILED", time.monotonic() - began, told)


def run_all(chosen: list[Part], lacking: set[str], migrated: Callable[[], None]) -> list[Result]:
    """The parts in their order; the first that needs a database waits for it."""
    results = []
    for part in chosen:
        if part.report:
            migrated()
        results.append(run(part, lacking))
    return results


def broken(report: Path | None) -> list[str]:
    """The names of the tests that failed."""
    if report is None or not report.is_file():
        return []
    cases = ET.parse(report).getroot().iter("testcase")
    return [case.get("name", "?") for case in cases if case.find("failure") is not None or case.find("error") is not None]


def counts(report: Path | None) -> str:
    """How many tests a part ran, and why some were skipped."""
    if report is None or not report.is_file():
        return ""
    cases = list(ET.parse(report).getroot().iter("testcase"))
    skips = Counter(skip.get("message", "?") for case in cases for skip in case.iter("skipped"))
    told = f"{len(cases) - sum(skips.values())} tests"
    return told + "".join(f"; {number} skipped: {reason}" for reason, number in skips.items())


def moment(told: str) -> datetime:
    """A day and an hour; in UTC, if nothing else is said."""
    value = datetime.fromisoformat(told)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def migrate_once(stack: ExitStack, postgres: str) -> Callable[[], None]:
    """Begins to migrate one database of each kind, of which the tests' processes take copies; what is returned waits for them."""
    made = VAR / "migrated.sqlite3"
    for old in VAR.glob(f"{made.name}*"):
        old.unlink()
    addresses = {"MIGRATED_DATABASE": (str(made), f"sqlite:///{made}")}
    if postgres:
        with psycopg.connect(f"{postgres}/postgres", autocommit=True) as line:
            line.execute(f"DROP DATABASE IF EXISTS {MIGRATED}")
            line.execute(f"CREATE DATABASE {MIGRATED}")
        addresses["MIGRATED_POSTGRES"] = (MIGRATED, f"{postgres}/{MIGRATED}")
    begun = {}
    for variable, (name, url) in addresses.items():
        environment = {**os.environ, "VAR_DIR": str(VAR), "DATABASE_URL": url, "REDIS_URL": "", "PYTHONDONTWRITEBYTECODE": ""}
        process = subprocess.Popen([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=environment)
        stack.callback(process.kill)
        begun[variable] = (name, process)

    def wait() -> None:
        if any(process.poll() is None for _, process in begun.values()):
            print("→ The databases are being migrated, once for all tests", flush=True)
        for variable, (name, process) in begun.items():
            if process.wait() == 0:
                os.environ[variable] = name

    return wait


def main() -> int:
    """Runs the parts and tells what came of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="names of parts")
    parser.add_argument("--soak", action="store_true", help="the campaigns at full size")
    parser.add_argument("--at", type=moment, metavar="MOMENT", help="the day and the hour that the clocks tell when the run begins")
    arguments = parser.parse_args()
    chosen = [part for part in parts({}, arguments.soak) if not arguments.only or part.name in arguments.only]
    if unknown := set(arguments.only) - {part.name for part in chosen}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    VAR.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    if arguments.at:
        os.environ |= {"PYTHONPATH": str(CLOCK), "CLOCK_SHIFT": str((arguments.at - datetime.now(UTC)).total_seconds())}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped and their folders removed
    wanted = {need for part in chosen for need in part.needs}
    install_missing(wanted)
    with ExitStack() as stack:
        servers = start_servers(stack, wanted)
        lacking = {need for need in wanted if not find(need)}
        lacking -= {need for need, variable in ((POSTGRES, "TEST_POSTGRES_URL"), (REDIS, "TEST_REDIS_URL")) if variable in servers}
        names = {part.name for part in chosen}
        chosen = [part for part in parts(servers, arguments.soak) if part.name in names]
        multi = any(POSTGRES in part.needs for part in chosen)
        tested = any(part.report for part in chosen)
        migrated = migrate_once(stack, servers.get("TEST_POSTGRES_URL", "") if multi else "") if tested else lambda: None
        results = run_all(chosen, lacking, migrated)
    print(f"\n{'═' * LINES}")
    for result in results:
        print(f"  {result.verdict:8} {result.part.name:10} {result.seconds:6.0f} s  {result.told}")
    print(f"  {'':8} {'in all':10} {time.monotonic() - began:6.0f} s")
    bad = {"FAILED", "NOT RUN"} if os.environ.get("CI") else {"FAILED"}
    return 1 if any(result.verdict in bad for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
