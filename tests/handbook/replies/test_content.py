"""The quick replies that ship with the portal: complete, in three languages, and safe to send."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import System
from accounts.models import User
from handbook.choices import ReplyAudience, ReplyScope
from handbook.models import QuickReply
from handbook.models.replies import LANGUAGES
from handbook.operations import change_reply, load_replies, retire_reply
from handbook.operations.replies_content import read_replies
from handbook.replies.placeholders import LABELS, PHONE, fill, is_declared, keys_in, names_in, sample_values
from handbook.replies.plain import typed_numbers
from services.models import ContactPoint, County, Service
from services.operations import load_directory
from services.operations.directory import CONTENT, _rows
from services.plain import long_sentences
from tests.conftest import acting

pytestmark = [pytest.mark.django_db]
FILE = read_replies()
NUMBERS = {row["key"]: row["number"] for row in _rows(CONTENT, "contact_points")}
PROTECTED = {"/112", "/116117", "/kriisi", "/sospaiv", "/myrkytys", "/hetu", "/raskausoire"}


class TestFile:
    def test_there_are_forty_with_ids_and_short_codes_of_their_own(self) -> None:
        rows = FILE.quick_replies
        assert len(rows) == len({row.id for row in rows}) == len({row.shortcut for row in rows}) == 40

    def test_each_is_written_in_three_languages(self) -> None:
        bare = [(row.id, code) for row in FILE.quick_replies for code in LANGUAGES if not getattr(row, code).strip()]
        assert not bare
        assert all(row.title.fi and row.title.sv and row.title.en for row in FILE.quick_replies)

    def test_every_placeholder_is_declared_and_every_contact_point_is_known(self) -> None:
        texts = [getattr(row, code) for row in FILE.quick_replies for code in LANGUAGES]
        named = {name for text in texts for name in names_in(text)}
        assert {name for name in named if not name.startswith(PHONE)} <= set(FILE.placeholders)
        assert {key for text in texts for key in keys_in(text, PHONE)} <= set(NUMBERS)
        assert all(is_declared(name) for name in named)
        assert set(FILE.placeholders) == {*LABELS, "phone:KEY"}

    def test_the_languages_of_a_reply_have_the_same_placeholders(self) -> None:
        for row in FILE.quick_replies:
            sets = []
            for code in LANGUAGES:
                names = set(names_in(getattr(row, code)))
                sets.append({name for name in names if not (row.phones_differ and name.startswith(PHONE))})
            assert sets[0] == sets[1] == sets[2], row.id
        assert [row.shortcut for row in FILE.quick_replies if row.phones_differ] == ["/kriisi"]

    def test_no_text_is_longer_than_four_hundred_characters_when_it_is_sent(self) -> None:
        values = sample_values(
            service="Ikääntyneiden palvelujen chat",
            phones={key: number or "044 123 4567" for key, number in NUMBERS.items()},
            links={},
        )
        for row in FILE.quick_replies:
            for code in LANGUAGES:
                filled = fill(getattr(row, code), values)
                assert not filled.gaps
                assert len(filled.text) <= 400, row.id

    def test_no_number_is_typed_but_112(self) -> None:
        assert not [row.id for row in FILE.quick_replies for code in LANGUAGES if typed_numbers(getattr(row, code))]
        assert typed_numbers("Soita 116 117 tai 0800 147 111 tai +358 44 123 4567.") == [
            "116 117",
            "0800 147 111",
            "+358 44 123 4567",
        ]
        assert not typed_numbers("Soita 112. Vastaan 24.12.2026 klo 10.30, 75 vuotta, viikot 2026–2027.")

    def test_long_finnish_sentences_are_told_and_refuse_nothing(self) -> None:
        assert [row.shortcut for row in FILE.quick_replies if long_sentences(row.fi)] == []
        assert long_sentences("Sana " * 26 + ".") and not long_sentences("Sana " * 24 + ". Toinen lause.")


class TestLoading:
    def test_all_are_made_for_a_county_that_has_their_services(self, loaded: list[QuickReply], second_service: Service) -> None:
        codes = {row.shortcut for row in loaded}
        missing = {row.shortcut for row in FILE.quick_replies if row.services == ["terveysneuvo"]}
        assert codes == {row.shortcut for row in FILE.quick_replies} - missing
        assert {row.shortcut for row in loaded if row.protected} == PROTECTED
        poison = next(row for row in loaded if row.shortcut == "/myrkytys")
        assert poison.scope == ReplyScope.SERVICE
        assert list(poison.services.all()) == [second_service]
        assert next(row for row in loaded if row.shortcut == "/kollega").audience == ReplyAudience.PROFESSIONAL
        assert all(row.is_approved and row.review_date for row in loaded)

    def test_a_second_loading_makes_nothing(self, loaded: list[QuickReply], county: County) -> None:
        again = load_replies(by=System("test"), county=county, now=timezone.now())
        assert not again.made
        assert QuickReply.objects.count() == len(loaded)

    def test_what_people_changed_or_retired_stays(self, loaded: list[QuickReply], county: County, main_user: User) -> None:
        by, now = acting(main_user), timezone.now()
        one, other = (next(row for row in loaded if row.shortcut == code) for code in ("/hetki", "/ruuhka"))
        change_reply(by=by, reply=one, values={"text_fi": "Pieni hetki."}, version=one.version, now=now, approve=True)
        retire_reply(by=by, reply=other, version=other.version, now=now)
        load_replies(by=System("test"), county=county, now=now)
        one.refresh_from_db()
        other.refresh_from_db()
        assert one.text_fi == "Pieni hetki."
        assert other.retired_at is not None

    def test_a_loaded_reply_waits_for_the_countys_own_approval(self, county: County, service: Service) -> None:
        load_directory(by=System("test"), today=timezone.localdate(), counties=[county.code])
        load_replies(by=System("test"), county=county, now=timezone.now())
        assert QuickReply.objects.exists()
        assert not QuickReply.objects.in_force(timezone.localdate()).exists()

    def test_where_a_contact_point_is_used_is_written_down(self, loaded: list[QuickReply], county: County) -> None:
        point = ContactPoint.objects.get(county=county, key="myrkytystietokeskus")
        assert [use.entry for use in point.uses.all()] == ["reply:qr12"]

    def test_only_the_portal_loads(self, county: County, main_user: User) -> None:
        with pytest.raises(PermissionDenied):
            load_replies(by=acting(main_user), county=county, now=timezone.now())
