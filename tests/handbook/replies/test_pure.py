"""What is computed of quick replies: placeholders, what is found, what is near, whose reply is the one."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from handbook.operations.replies_content import read_replies
from handbook.replies.effective import effective
from handbook.replies.finding import Entry, Shelf
from handbook.replies.nearness import near_pairs
from handbook.replies.placeholders import fill, has_gap, keys_in, names_in
from handbook.replies.shelf import Usable

FILE = read_replies()
IDS = {row.shortcut: number for number, row in enumerate(FILE.quick_replies)}
CODES = {number: code for code, number in IDS.items()}
SHELF = Shelf(
    Entry(
        IDS[row.shortcut],
        row.shortcut,
        (("fi", row.title.fi), ("sv", row.title.sv), ("en", row.title.en)),
        (("fi", row.fi), ("sv", row.sv), ("en", row.en)),
        " ".join(row.tags),
    )
    for row in FILE.quick_replies
)


class TestPlaceholders:
    def test_what_is_known_is_filled_and_the_rest_is_a_gap_in_words(self) -> None:
        filled = fill("Noin {{minutes}} minuuttia, {{ service_name }}.", {"service_name": "Neuvola"})
        assert filled.text == "Noin {{minuuttimäärä}} minuuttia, Neuvola."
        assert filled.gaps == ("minuuttimäärä",)
        with translation.override("sv"):
            assert fill("{{minutes}}", {}).gaps == ("antal minuter",)

    def test_a_contact_point_without_a_number_is_a_gap_that_names_it(self) -> None:
        filled = fill("{{phone:digi}}", {"phone:digi": ""}, names={"phone:digi": "Digituki"})
        assert filled.text == "{{puhelinnumero: Digituki}}"

    @pytest.mark.parametrize(
        ("text", "gap"),
        [
            ("Noin {{minuuttia}} min", True),
            ("{{}}", True),
            ("{ {x} }", False),
            ("{{ kesken", False),
            ("", False),
            ("a {b} c", False),
        ],
    )
    def test_a_gap_is_seen(self, text: str, gap: bool) -> None:
        assert has_gap(text) == gap

    def test_names_and_keys(self) -> None:
        text = "{{phone}} {{phone:a_b}} {{link:kela}}"
        assert list(names_in(text)) == ["phone", "phone:a_b", "link:kela"]
        assert (keys_in(text, "phone:"), keys_in(text, "link:")) == ({"a_b"}, {"kela"})

    @given(st.text(max_size=200))
    def test_a_text_without_placeholders_stays_as_it_is(self, text: str) -> None:
        if not has_gap(text):
            assert fill(text, {"minutes": "5"}).text == text

    @given(st.text(alphabet="{} aminutes", max_size=80))
    def test_what_has_gaps_left_is_held(self, text: str) -> None:
        filled = fill(text, {"minutes": "5"})
        assert bool(filled.gaps) <= has_gap(filled.text)


class TestFinding:
    @pytest.mark.parametrize(
        ("query", "language", "first"),
        [
            ("/112", "fi", "/112"),
            ("11", "fi", "/112"),
            ("terv", "fi", "/tervetuloa"),
            ("hetu", "fi", "/hetu"),
            ("muistista", "fi", "/muisti"),
            ("reseptin", "fi", "/resepti"),
            ("reseptejä", "fi", "/resepti"),
            ("myrkytyksen", "fi", "/myrkytys"),
            ("ehkäisystä", "fi", "/ehkaisy"),
            ("förgiftningar", "sv", "/myrkytys"),
            ("recepten", "sv", "/resepti"),
            ("störningar", "sv", "/hairio"),
            ("prescriptions", "en", "/resepti"),
            ("kolegalta", "fi", "/kollega"),
        ],
    )
    def test_words_as_people_write_them(self, query: str, language: str, first: str) -> None:
        found = SHELF.find(query, language=language)
        assert CODES[found[0]] == first

    def test_code_goes_before_name_and_name_before_text(self) -> None:
        shelf = Shelf(
            [
                Entry(1, "/eka", (("fi", "Muu"),), (("fi", "Tässä puhutaan omaishoidosta ja muusta."),)),
                Entry(2, "/toka", (("fi", "Omaishoito"),), (("fi", "Jotain."),)),
                Entry(3, "/omaishoito", (("fi", "Kolmas"),), (("fi", "Jotain muuta."),)),
            ]
        )
        assert shelf.find("omaishoito", language="fi") == [3, 2, 1]

    def test_nothing_is_found_for_nothing(self) -> None:
        assert SHELF.find("/", language="fi") == []
        assert SHELF.find("qwxzqwxz", language="fi") == []

    @pytest.mark.parametrize(
        ("said", "language", "suggested"),
        [
            ("Hei, äidin muisti on huonontunut ja hän eksyi eilen.", "fi", "/muisti"),
            ("En pääse kirjautumaan pankkitunnuksilla", "fi", "/tunnistusongelma"),
            ("Haluaisin uusia reseptin", "fi", "/resepti"),
            ("Tarvitsen omaishoidon tukea", "fi", "/omaishoito"),
            ("Hej! Jag behöver råd om hemvård för min far.", "sv", "/kotihoito"),
            ("I want to renew my prescription", "en", "/resepti"),
        ],
    )
    def test_the_conversations_own_words_suggest(self, said: str, language: str, suggested: str) -> None:
        assert CODES[SHELF.suggest([said], language=language)[0]] == suggested

    @pytest.mark.parametrize(
        ("said", "language"), [("vuokra", "fi"), ("Mistä saan apua vuokraan?", "fi"), ("rent", "en"), ("hyra", "sv")]
    )
    def test_a_word_that_only_looks_like_one_of_a_text_is_not_it(self, said: str, language: str) -> None:
        assert SHELF.suggest([said], language=language) == []
        assert IDS["/hetu"] not in SHELF.find(said, language=language), "”vuoksi” is no ”vuokra”"

    @pytest.mark.parametrize("said", ["Kiitos hei", "ok", "Hyvää päivää", ""])
    def test_small_talk_suggests_nothing(self, said: str) -> None:
        assert SHELF.suggest([said], language="fi") == []


class TestNearness:
    def test_near_duplicates_are_found_and_others_are_not(self) -> None:
        texts = {
            1: "Kiitos viestistäsi. Selvitän asiaa ja palaan sinulle muutaman minuutin kuluessa.",
            2: "Kiitos viestistäsi! Selvitän asiaa ja palaan sinulle viiden minuutin kuluessa.",
            3: "Soita heti hätänumeroon. Älä jää odottamaan vastausta chatissa.",
        }
        (pair,) = near_pairs(texts)
        assert (pair.first, pair.second) == (1, 2)
        assert 0.5 <= pair.share < 1

    def test_the_shipped_ones_are_all_different(self) -> None:
        assert near_pairs({row.shortcut: row.fi for row in FILE.quick_replies}) == []

    def test_the_same_text_is_wholly_the_same(self) -> None:
        assert near_pairs({"a": "Yksi kaksi kolme neljä viisi.", "b": "yksi, kaksi kolme NELJÄ viisi"})[0].share == 1


class TestEffective:
    def test_whose_reply_is_the_one(self) -> None:
        def one(pk: int, scope: str, *, protected: bool = False, code: str = "/a") -> Usable:
            return Usable(pk, code, scope, protected, 0)

        assert [row.pk for row in effective([one(1, "common"), one(2, "service"), one(3, "queue")])] == [3]
        assert [row.pk for row in effective([one(1, "common"), one(2, "personal")])] == [2]
        assert [row.pk for row in effective([one(1, "common", protected=True), one(2, "personal")])] == [1]
        assert [row.pk for row in effective([one(1, "common", protected=True), one(2, "service", protected=True)])] == [2]
        assert len(effective([one(1, "common"), one(2, "common", code="/b")])) == 2
