"""`make bench`: measures the portal beside the machine's own baselines in the same run, prints a table, keeps var/bench.json.

Each figure is a ratio of things measured alternately (baseline, portal, baseline …) on the same daphne, the server on one
core and the load on the other. `python -m bench --quick` is a short run; `--only sqlite` or `--only postgres` one database;
`--part replies` (again for more) only those rows, and the kept figures of the others stay.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from bench.measures import PARTS, measure
from bench.places import ROOT, Durable, Place, say
from tests.servers import Redis

ROWS = (
    ("accepted messages/s ÷ Channels echo", "vs_channels", "≥", 0.4, 0.8),
    ("accepted messages/s ÷ textbook control", "vs_textbook", "≥", 8, 15),
    ("p95 to the other's screen at 200/s ÷ raw echo's", "p95_ratio", "≤", 15, 5),
    ("messages/s at 2,000 ÷ at 100 conversations", "size_ratio", "≥", 0.7, 0.9),
    ("memory of an idle signed-in socket ÷ raw echo's", "memory_ratio", "≤", 2.0, 1.5),
    ("2,000 sockets back after a restart (s)", "restart_seconds", "≤", 15, 8),
    ("p95 across two processes ÷ within one", "across_ratio", "≤", 3, 1.5),
    ("console, 200 wait: p95 of a claim (ms)", "claim_p95", "≤", 30, 15),
    ("console, 200 wait: p95 of the line's board (ms)", "line_p95", "≤", 30, 15),
    ("console, 30 responders: p95 of their own boards (ms)", "own_p95", "≤", 30, 15),
    ("console, 200 wait: boards a second to each socket", "refreshes", "≤", 1.1, 1.0),
    ("40 rollouts: queries of their board", "rollout_queries", "≤", 12, 12),
    ("40 rollouts: p95 of their board’s work (ms)", "rollout_board_p95", "≤", 150, 75),
    ("40 rollouts: p95 of the page of the board (ms)", "rollout_page_p95", "≤", 150, 100),
    ("2,000 quick replies: p95 of a search (ms)", "reply_search_p95", "≤", 50, 25),
    ("2,000 quick replies: p95 of the picker’s first list (ms)", "reply_list_p95", "≤", 50, 25),
    ("2,000 quick replies: p95 of a search at its door (ms)", "reply_search_page_p95", "≤", 50, 35),
    ("2,000 quick replies: p95 of the first list at its door (ms)", "reply_list_page_p95", "≤", 100, 50),
    ("2,000 quick replies: p95 from / to the list on the screen (ms)", "picker_p95", "≤", 100, 50),
    ("2,000 quick replies: … when it was not read ahead (ms)", "picker_cold_p95", "≤", 100, 75),
    ("200 chapters: p95 of the page of a search (ms)", "chapter_search_page_p95", "≤", 50, 35),
    ("700 guidance paths: p95 of a search (ms)", "path_search_p95", "≤", 5, 1),
    ("700 guidance paths: p95 of a suggestion (ms)", "path_suggest_p95", "≤", 5, 2),
    ("700 guidance paths: right in the first five, plain %", "path_plain", "≥", 98, 99),
    ("700 guidance paths: … inflected, %", "path_inflected", "≥", 90, 95),
    ("700 guidance paths: … misspelt, %", "path_misspelt", "≥", 90, 98),
    ("700 guidance paths: … rephrased or joined, %", "path_rephrased", "≥", 75, 90),
    ("700 guidance paths: queries of a step", "path_step_queries", "≤", 3, 3),
    ("700 guidance paths: p95 of a step’s page (ms)", "path_step_p95", "≤", 60, 25),
    ("700 guidance paths: such pages a second to 16 readers", "path_reads", "≥", 50, 100),
    ("a month of 1,000,000: every metric in five dimensions (s)", "report_seconds", "≤", 180, 60),
    ("the same ÷ plain SQL over the stored waits", "report_ratio", "≤", 2, 1.3),
    ("its memory ÷ that of a month of 20,000", "report_memory", "≤", 1.2, 1.05),
    ("24 months of the trend, none frozen (s)", "report_months", "≤", 6, 2),
    ("PDF, XLSX, CSV and JSON of 30 services and the county (s)", "report_files", "≤", 60, 30),
)


def table(results: dict[str, dict[str, Any]]) -> str:
    """The figures beside what must be reached."""
    names = list(results)
    lines = [f"{'measure':<58}" + "".join(f"{name:>14}" for name in names) + f"{'must':>10}{'goal':>8}"]
    for label, key, sign, must, goal in ROWS:
        cells = []
        for name in names:
            value = results[name].get(key)
            if value is None:
                cells.append(f"{'–':>14}")
                continue
            held = value >= must if sign == "≥" else value <= must
            best = value >= goal if sign == "≥" else value <= goal
            cells.append(f"{value:>11.2f} {'★' if best else '✓' if held else '✗'} ")
        lines.append(f"{label:<58}" + "".join(cells) + f"{sign + ' ' + str(must):>10}{goal:>8}")
    for page in ("front", "service", "console"):
        cells = []
        for name in names:
            value = results[name].get("pages", {}).get(page)
            if value is None:
                cells.append(f"{'–':>14}")
                continue
            cells.append(f"{value:>11.1f} {'★' if value <= 25 else '✓' if value <= 60 else '✗'} ")
        lines.append(f"{'p95 of the ' + page + ' page (ms)':<58}" + "".join(cells) + f"{'≤ 60':>10}{25:>8}")
    for name in names:
        lines.append(f"{name}: this machine summed three million squares in {results[name]['speed']:.2f} s")
    for name in names:
        if "rates" not in results[name]:
            continue
        rates = results[name]["rates"]
        lines.append(f"{name}: messages/s " + ", ".join(f"{key} {value:.0f}" for key, value in rates.items()))
        lines.append(f"{name}: server µs/message " + ", ".join(f"{key} {value:.0f}" for key, value in results[name]["us"].items()))
    return "\n".join(lines)


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("--part", action="append", choices=list(PARTS), default=[], help="only these rows")
    options = parser.parse_args()
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        redis = stack.enter_context(Redis()).url
        if options.only != "postgres":
            # The textbook control needs a layer; the portal itself runs without Redis here.
            place = Place("SQLite", Path(folder) / "sqlite", postgres=None, redis="", baseline_redis=redis)
            results["SQLite"] = measure(place, quick=options.quick, parts=options.part)
        if options.only != "sqlite":
            server = stack.enter_context(Durable())
            place = Place("PostgreSQL+Redis", Path(folder) / "postgres", postgres=server, redis=redis, baseline_redis=redis)
            results["PostgreSQL+Redis"] = measure(place, quick=options.quick, parts=options.part)
    say("\n" + table(results))
    kept = ROOT / "var" / "bench.json"
    kept.parent.mkdir(exist_ok=True)
    if options.part and kept.is_file():
        before = json.loads(kept.read_text())
        results = {**before, **{name: {**before.get(name, {}), **figures} for name, figures in results.items()}}
    kept.write_text(json.dumps(results, indent=1))
    say(f"\nKept in {kept.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
