"""Markdown to HTML: what people mean is shown, and whatever else they write is harmless."""

from __future__ import annotations

import pytest

from handbook.differences import differences, sides
from handbook.markup import Heading, References, Target, clean, plain, references_in, render
from tests.handbook.hostile import CORPUS, wrong_in

REFERENCES = References(
    services={"neuvola": Target("Neuvola", "/fi/palvelu/neuvola/"), "luonnos": Target("Luonnos", "/x/", is_there=False)},
    contacts={
        "vaihde": Target("Vaihde", "tel:0001001000", "000 100 1000"),
        "tyhja": Target("Tyhjä numero", "tel:", "", is_there=False),
        "kaynti": Target("Aula", "", "Mallikatu 1"),
    },
    chapters={"security": Target("security", "/fi/kasikirja/luku/security/")},
    pictures={"1234": "/fi/kasikirja/kuva/1234/"},
)


def html(text: str, **facts: object) -> str:
    return str(render(text, REFERENCES, **facts).html).strip()  # type: ignore[arg-type]


class TestHostile:
    def test_the_corpus_is_large_and_its_judge_sees_what_is_wrong(self) -> None:
        assert len(set(CORPUS)) >= 300
        caught = [each for each in CORPUS if each.startswith("<") and wrong_in(each)]
        assert len(caught) > 60
        assert wrong_in("<a href='java\nscript:alert(1)'>x</a>")
        assert wrong_in('<img src="data:image/svg+xml,x">')

    @pytest.mark.parametrize("text", CORPUS)
    @pytest.mark.parametrize("show_broken", [False, True])
    def test_each_is_harmless(self, text: str, show_broken: bool) -> None:
        assert not wrong_in(html(text, show_broken=show_broken))

    def test_all_together_and_inside_each_other(self) -> None:
        assert not wrong_in(html("\n\n".join(CORPUS), show_broken=True))
        assert not wrong_in(html("".join(CORPUS)))
        assert not wrong_in(html(" ".join(f"[{each}]({each})" for each in CORPUS), show_broken=True))

    @pytest.mark.parametrize("text", CORPUS)
    def test_the_second_gate_alone_stops_html(self, text: str) -> None:
        assert not wrong_in(clean(text))

    def test_the_words_for_the_search_run_nothing(self) -> None:
        assert isinstance(plain("\n\n".join(CORPUS)), str)


def test_the_words_for_the_search_stand_as_they_are_read() -> None:
    text = "Soita **heti**: [vaihde](yhteyspiste:vaihde), puh. {{phone:vaihde}}.\nKäytä `/112`.\n\n- yksi\n- kaksi"
    assert plain(text) == "Soita heti: vaihde, puh. …. Käytä /112. yksi kaksi"


class TestOwnAddresses:
    def test_things_of_the_portal_by_their_keys(self) -> None:
        assert 'href="/fi/palvelu/neuvola/"' in html("[tänne](palvelu:neuvola)")
        assert 'href="/fi/kasikirja/luku/security/"' in html("[luku](luku:security)")
        assert 'href="tel:0001001000"' in html("[vaihde](yhteyspiste:vaihde)")
        assert html("{{phone:vaihde}}") == (
            '<p><a class="nl-phone" href="tel:0001001000" rel="noopener noreferrer">000 100 1000</a></p>'
        )
        assert html("{{phone:kaynti}}") == "<p>Mallikatu 1</p>"
        assert html("[aula](yhteyspiste:kaynti)") == "<p><span>aula</span></p>"

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("[a](luku:ei)", "luku:ei"),
            ("[a](palvelu:ei)", "palvelu:ei"),
            ("[a](palvelu:luonnos)", "palvelu:luonnos"),
            ("[a](yhteyspiste:tyhja)", "yhteyspiste:tyhja"),
            ("{{phone:ei}}", "{{phone:ei}}"),
            ("![a](kuva:ei)", "kuva:ei"),
            ("![](kuva:1234)", "kuva:1234"),
            ("![a](https://alue.test/a.png)", "https://alue.test/a.png"),
        ],
    )
    def test_what_is_broken_is_told_and_shown_to_those_who_write(self, text: str, what: str) -> None:
        assert [problem.what for problem in render(text, REFERENCES).problems] == [what]
        assert f'<span class="nlh-broken">{what}</span>' in html(text, show_broken=True)
        assert "nlh-broken" not in html(text)

    def test_readers_see_the_words_of_a_broken_link_and_the_name_of_a_number_that_lacks(self) -> None:
        assert html("[ohje](luku:ei)") == "<p><span>ohje</span></p>"
        assert html("{{phone:tyhja}}") == "<p>Tyhjä numero</p>"

    def test_a_picture_has_its_words(self) -> None:
        assert html("![Konsolin kuva](kuva:1234)") == (
            '<p><img class="nlh-picture" src="/fi/kasikirja/kuva/1234/" alt="Konsolin kuva"></p>'
        )

    def test_what_a_text_names(self) -> None:
        found = references_in(
            "[a](luku:x) [b](palvelu:y) {{phone:z}} [c](yhteyspiste:w) ![d](kuva:v) [e](polku:p) `/hetki` `koodi`"
        )
        addressed = {"chapter": {"x"}, "service": {"y"}, "contact": {"z", "w"}, "picture": {"v"}, "path": {"p"}}
        assert found == {**addressed, "reply": {"/hetki"}}


class TestHeadings:
    def test_they_begin_below_the_pages_own_and_skip_no_level(self) -> None:
        found = render("# Äiti ja lapsi\n\n### Hyppy\n\n# Äiti ja lapsi", REFERENCES, top=3, prefix="p-")
        assert list(found.headings) == [
            Heading(3, "o-p-aiti-ja-lapsi", "Äiti ja lapsi"),
            Heading(4, "o-p-hyppy", "Hyppy"),
            Heading(3, "o-p-aiti-ja-lapsi-2", "Äiti ja lapsi"),
        ]
        assert '<h3 id="o-p-aiti-ja-lapsi">' in str(found)

    def test_a_heading_without_letters_has_an_anchor_too(self) -> None:
        assert render("## 😀", REFERENCES).headings[0].anchor == "o-kohta"


def test_tables_scroll_by_themselves_and_name_their_columns() -> None:
    shown = html("| a | b |\n|:--|--:|\n| 1 | 2 |")
    assert shown.startswith('<div class="nlh-table" tabindex="0"><table>')
    assert '<th scope="col">a</th>' in shown


class TestDifferences:
    def test_equal_texts_differ_in_nothing(self) -> None:
        assert differences("a\nb", "a\nb") == []

    def test_the_changed_words_of_a_line_are_marked(self) -> None:
        gone, new = differences("Soita heti numeroon yksi.", "Soita heti numeroon kaksi.")
        assert (gone.kind, new.kind) == ("gone", "new")
        assert [piece.text for piece in gone.pieces if piece.is_changed] == ["yksi."]
        assert [piece.text for piece in new.pieces if piece.is_changed] == ["kaksi."]

    def test_two_texts_beside_each_other_each_have_their_own_marked(self) -> None:
        mine, theirs = sides("Sama.\nOdota tovi.", "Sama.\nOdota hetki.\nLisää.")
        assert [line.kind for line in mine] == ["same", "gone"]
        assert [line.kind for line in theirs] == ["same", "new", "new"]
        assert [piece.text for piece in mine[1].pieces if piece.is_changed] == ["tovi."]
        assert [piece.text for piece in theirs[1].pieces if piece.is_changed] == ["hetki."]
        assert sides("a", "a") == ([], [])

    def test_lines_far_away_are_left_out(self) -> None:
        old = [f"rivi {n}" for n in range(20)]
        new = [*old[:10], "uusi", *old[10:]]
        lines = differences("\n".join(old), "\n".join(new))
        assert [line.kind for line in lines] == ["skipped", "same", "same", "new", "same", "same"]
