"""Finding a guidance path among 700 by free words: how long it takes, and how often the right one is among the first five (S003-4).

The paths are made of eighty subjects and twelve aspects (`bench.path_words`), which are asked for in four ways: `plain` by their
names, `inflected` both in a case of their own, `misspelt` with one slip of a finger in the subject, `rephrased` with a compound
joined or split, or by other and derived words than those of the title.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from time import perf_counter

import httpx

from bench.path_words import ASPECTS, SUBJECTS, Named, named
from bench.places import ROOT, Place, say
from guidance.document import AnyNode, Keywords, Option, Outcome, PathDocument, Question, Words, read_library
from guidance.finding import PathIndex, build_index

PATHS, FIRST, ASKED = 700, 5, 350
READERS, READS = 16, 25
TITLES = ("{subject} ja {aspect}", "{subject}: {aspect}", "{aspect}, kun asia koskee {about}", "Mistä apua: {subject}, {aspect}")
ASIDES = (
    "Onko sinulla lisäksi {other} tai {another}?",
    "Oletko jo ollut yhteydessä terveysasemalle tai sosiaalipalveluihin tämän asian vuoksi viimeisen kuukauden aikana?",
    "Sopiiko jokin näistä sinuun: vointisi on huonontunut, et pärjää kotona, tai joku on huolissaan sinusta?",
    "Kuinka kauan asia on vaivannut sinua? Valitse se, joka on lähimpänä omaa tilannettasi juuri nyt.",
    "Kuka apua tarvitsee: sinä itse, lapsesi, vanhempasi tai joku muu läheinen ihminen?",
    "Haluatko, että ammattilainen ottaa sinuun yhteyttä, vai jatkatko mieluummin itse ohjeiden avulla eteenpäin?",
)
SLIPS = {"a": "s", "e": "r", "i": "o", "k": "l", "l": "k", "m": "n", "n": "m", "o": "i", "s": "a", "t": "r", "u": "y", "ä": "ö"}


def shipped(language: str) -> list[str]:
    """The shipped questions and labels in a language."""
    paths = [path for file in sorted((ROOT / "guidance" / "content").glob("paths*.yaml")) for path in read_library(file)]
    asked = [node for path in paths for node in path.nodes.values() if isinstance(node, Question)]
    return [text.given(language) for node in asked for text in (node.text, *(option.label for option in node.options))]


def made(count: int, chance: random.Random) -> Iterator[tuple[PathDocument, Named, Named]]:
    """Paths of about 130 words in Finnish, each with what it is about, and with Swedish and English words of the shipped paths."""
    subjects, aspects, swedish, english = named(SUBJECTS), named(ASPECTS), shipped("sv"), shipped("en")
    for number, (subject, aspect) in enumerate(chance.sample(list(product(subjects, aspects)), count)):
        others = chance.sample(subjects, 2)
        title = chance.choice(TITLES).format(subject=subject.name, aspect=aspect.name, about=subject.forms[1])
        texts = [
            f"Koskeeko asiasi {subject.forms[1]}? Täällä kerrotaan myös, mikä on {aspect.name}.",
            *(aside.format(other=others[0].name, another=others[1].name) for aside in chance.sample(ASIDES, 4)),
            f"Tarvitsetko apua {aspect.forms[3]}?",
        ]
        options = tuple(
            Option(key=key, label=Words(fi=label), next="o")
            for key, label in (("kylla", "Kyllä"), ("ei", "Ei"), ("en_tieda", "En tiedä"))
        )
        nodes: dict[str, AnyNode] = {
            f"q{n}": Question(text=Words(fi=text, sv=chance.choice(swedish), en=chance.choice(english)), options=options)
            for n, text in enumerate(texts)
        }
        yield (
            PathDocument(
                slug=f"polku-{number}",
                title=Words(fi=title[0].upper() + title[1:], sv=chance.choice(swedish), en=chance.choice(english)),
                keywords=Keywords(fi=(subject.name, *subject.keywords, *aspect.keywords)),
                start="q0",
                nodes={**nodes, "o": Outcome(text=Words(fi="Ammattilainen auttaa."), kind="self_care")},
            ),
            subject,
            aspect,
        )


def slipped(word: str, chance: random.Random) -> str:
    """The word with one slip: a letter left out, doubled, swapped with the next or taken for its neighbour on the keyboard."""
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + SLIPS.get(word[at], "e") + word[at + 1 :],
        )
    )


def rephrased(subject: Named, aspect: Named, chance: random.Random) -> str:
    """A compound joined (“masennuslääkitys”) or split (“koti hoito”), or other words for both."""
    way = chance.randrange(4)
    if way == 0:
        return subject.name + aspect.name
    if way == 1 and len(subject.parts) > 1:
        return f"{' '.join(subject.parts)} {aspect.forms[0]}"
    return f"{chance.choice(subject.others)} {chance.choice(aspect.others)}"


def questions(chance: random.Random) -> dict[str, list[tuple[str, str]]]:
    """By class: the words asked, and the path that they mean."""
    found: dict[str, list[tuple[str, str]]] = {"plain": [], "inflected": [], "misspelt": [], "rephrased": []}
    for path, subject, aspect in chance.sample(list(made(PATHS, random.Random(700))), ASKED):
        found["plain"].append((f"{subject.name} {aspect.name}", path.slug))
        found["inflected"].append((f"{chance.choice(subject.forms)} {chance.choice(aspect.forms)}", path.slug))
        found["misspelt"].append((f"{slipped(subject.name, chance)} {aspect.name}", path.slug))
        found["rephrased"].append((rephrased(subject, aspect, chance), path.slug))
    return found


def library() -> PathIndex:
    """The index of the generated paths."""
    return build_index(path for path, _subject, _aspect in made(PATHS, random.Random(700)))


def hit_rates(index: PathIndex) -> dict[str, float]:
    """By class: of a hundred questions, how many have the right path among the first five."""
    return {
        name: 100
        * sum(slug in [hit.slug for hit in index.search(words, language="fi", limit=FIRST)] for words, slug in asked)
        / len(asked)
        for name, asked in questions(random.Random(5)).items()
    }


def paths() -> dict[str, float]:
    """Milliseconds (p95) of a search and of a suggestion, seconds of building, and the rates of hits."""
    say(f"  the search of {PATHS} guidance paths")
    began = perf_counter()
    index = library()
    built = perf_counter() - began
    searched, suggested = [], []
    for words, _slug in [pair for asked in questions(random.Random(6)).values() for pair in asked]:
        began = perf_counter()
        index.search(words, language="fi", limit=FIRST)
        searched.append((perf_counter() - began) * 1000)
        began = perf_counter()
        index.suggest(words[: 3 + len(words) // 2], language="fi")
        suggested.append((perf_counter() - began) * 1000)
    rates = {f"path_{name}": rate for name, rate in hit_rates(index).items()}
    return {"path_search_p95": _p95(searched), "path_suggest_p95": _p95(suggested), "path_index_seconds": built, **rates}


def steps(place: Place) -> dict[str, float]:
    """Queries of the page of a step among all the paths, milliseconds (p95) of that page at the server, and how many such pages
    it gives a second to sixteen who read at once.
    """
    say(f"  {place.name}: a step of one of {PATHS} guidance paths")
    place.fresh()
    command = [sys.executable, "-m", "bench.path_rows", str(PATHS)]
    made_of = json.loads(subprocess.run(command, cwd=ROOT, env=place.env, check=True, capture_output=True).stdout)
    server = place.portal()
    times = []
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
            for _ in range(60):
                began = perf_counter()
                answer = client.get(made_of["step"])
                times.append((perf_counter() - began) * 1000)
                if answer.status_code != 200:
                    raise RuntimeError(f"{made_of['step']} answered {answer.status_code}")
        reads = _reads_a_second(f"http://127.0.0.1:{server.port}{made_of['step']}")
    finally:
        server.kill()
    return {"path_step_queries": made_of["queries"], "path_step_p95": _p95(times[10:]), "path_reads": reads}


def _reads_a_second(address: str) -> float:
    """Each reader asks for the page again as soon as she has it."""

    def read(_reader: int) -> None:
        with httpx.Client(timeout=60) as client:
            for _ in range(READS):
                client.get(address).raise_for_status()

    with ThreadPoolExecutor(READERS) as readers:
        list(readers.map(read, range(READERS)))  # the first round warms the server
        began = perf_counter()
        list(readers.map(read, range(READERS)))
        return READERS * READS / (perf_counter() - began)


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
