"""A path on the desk: outline, picture, findings, routes and scenarios; writing a node; the preview of what is not published."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.choices import AuditAction
from accounts.models import AuditEntry, User
from guidance.document import Outcome, Question, Words, from_json, read_path
from guidance.editing import with_node, without_node
from guidance.models import Path, PathSession, PathVersion
from guidance.operations import create_path, save_draft
from guidance.views.desk_preview import SALT
from services.models import County
from tests.conftest import acting
from tests.guidance.desk.conftest import HERE, ROOT
from tests.guidance.making import in_all, small

pytestmark = pytest.mark.django_db
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7|add:7 }}{% now 'Y' %}"
NODE = f"{HERE}kohta/q2/"


def sent(client: Client, address: str) -> dict[str, Any]:
    """The fields of a node's form as a browser would send them back."""
    form = client.get(address).context["form"]
    found: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if value not in (None, "", False):
            found[name] = "on" if value is True else value if isinstance(value, list) else str(value)
    return found


def newest() -> Any:
    return from_json(PathVersion.objects.latest("number").text)


class TestPage:
    def test_it_shows_each_node_with_its_ways(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        page = signed_in(path_author).get(HERE).content.decode()
        order = re.findall(r'id="n-(\w+)"', page)
        assert order == ["q1", "o_112", "i1", "o_chat", "q2", "o_self", "o_call"]
        assert 'href="#n-o_112"' in page
        assert "Puhelu" in page
        assert "Ei korjattavaa" in page
        assert page.count("nlp-box-outcome") == 4

    def test_the_history_tells_days_and_people(
        self, signed_in: Any, path_author: User, main_user: User, version: PathVersion
    ) -> None:
        page = signed_in(path_author).get(HERE).content.decode()
        history = page.partition('id="versions"')[2].partition("</section>")[0]
        made, told = (timezone.localtime(each) for each in (version.created_at, version.published_at) if each)
        assert f"Tehty {made:%-d.%-m.%Y}, {path_author}" in history
        assert f"julkaistu {told:%-d.%-m.%Y}, {path_author}" in history
        assert f", {main_user}" in history

    def test_a_finding_has_its_place_and_its_mend(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        document = without_node(from_json(draft.text), "o_self")
        save_draft(by=acting(path_author), version=draft, document=document, seen=draft.version)
        page = signed_in(path_author).get(HERE).content.decode()
        assert '<a href="#n-q2"><code>q2.lyhyt</code></a>' in page
        assert "Estää julkaisemisen" in page
        assert "ei vie minnekään" in page

    def test_a_passed_review_day_is_among_the_findings(self, signed_in: Any, path_author: User, version: PathVersion) -> None:
        client, mend = signed_in(path_author), "Käy polku läpi ja julkaise uusi versio"
        assert mend not in client.get(HERE).content.decode()
        Path.objects.update(review_on=timezone.localdate() - timedelta(days=1))
        assert mend in client.get(HERE).content.decode()
        Path.objects.update(withdrawn_at=timezone.now())
        assert mend not in client.get(HERE).content.decode()

    def test_every_route_can_be_walked_and_stored(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        page = client.get(HERE)
        assert [each.answers for each in page.context["routes"]] == [
            "kylla",
            "ei.jatka.lyhyt",
            "ei.jatka.pitka",
            "ei.jatka.en_tieda",
            "en_tieda",
        ]
        assert client.get(page.context["routes"][2].url).status_code == 200
        stored = client.post(f"{HERE}tapaus/", {"do": "keep", "answers": "ei.jatka.pitka", "version": draft.version})
        assert stored.status_code == 302
        assert newest().walks[-1].outcome == "o_call"
        assert newest().walks[-1].labels == ("Ei", "", "Pitkään")
        page = client.get(HERE)
        assert [each.holds for each in page.context["walks"]] == [True, True]
        version = PathVersion.objects.get().version
        client.post(f"{HERE}tapaus/", {"do": "drop", "answers": "ei.jatka.pitka", "version": version})
        assert len(newest().walks) == 1
        assert client.post(f"{HERE}tapaus/", {"do": "keep", "answers": "ei.olematon", "version": version}).status_code == 404

    def test_a_scenario_that_fails_is_told(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        document = read_path(small(walks=[{"answers": ["kylla"], "outcome": "o_self"}]))
        save_draft(by=acting(path_author), version=draft, document=document, seen=draft.version)
        assert "Ei toteudu" in signed_in(path_author).get(HERE).content.decode()


class TestNode:
    def test_a_form_sent_as_it_was_changes_nothing(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        for key in from_json(draft.text).nodes:
            address = f"{HERE}kohta/{key}/"
            assert client.post(address, sent(client, address)).status_code == 302, key
            assert newest() == from_json(draft.text), key

    def test_words_and_a_new_answer_with_a_new_node(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        given = {
            **sent(client, NODE),
            "text_fi": "Kuinka monta päivää?",
            "answer2_fi": "En muista tarkkaan",
            "answer2_next": "+outcome",
        }
        assert client.post(NODE, given).status_code == 302
        node = newest().nodes["q2"]
        assert node.text.fi == "Kuinka monta päivää?"
        assert [option.key for option in node.options] == ["lyhyt", "pitka", "en_muista_tarkkaan", "en_tieda"]
        assert newest().nodes["o1"] == Outcome(text=Words(), kind="self_care")
        assert newest().nodes["q2"].options[2].next == "o1"

    def test_answers_keep_their_keys_and_can_be_moved_and_left_out(
        self, signed_in: Any, path_author: User, draft: PathVersion
    ) -> None:
        client = signed_in(path_author)
        given = {
            **sent(client, NODE),
            "answer0_fi": "Alle viikon",
            "answer0_order": "9",
            "unsure_out": "on",
            "always_answerable": "on",
        }
        assert client.post(NODE, given).status_code == 302
        node = newest().nodes["q2"]
        assert [(option.key, option.label.fi) for option in node.options] == [("pitka", "Pitkään"), ("lyhyt", "Alle viikon")]
        assert node.always_answerable

    def test_actions_are_chosen(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        address = f"{HERE}kohta/o_self/"
        chosen = {"action0": "phone:contact_point:asiakasohjaus", "action1": "", "action2": "chat_handover:queue:yleinen"}
        chosen |= {"action2_topic": "neuvonta", "action2_writing": "on"}
        assert client.post(address, {**sent(client, address), **chosen}).status_code == 302
        node = newest().nodes["o_self"]
        assert (node.kind, node.contact_point) == ("phone", "asiakasohjaus")
        assert [(each.kind, each.queue, each.topic, each.when) for each in node.also] == [
            ("chat_handover", "yleinen", "neuvonta", "cannot_call")
        ]
        bad = client.post(address, {**sent(client, address), "action0": "phone:contact_point:olematon"})
        assert bad.status_code == 422

    def test_a_stale_save_is_refused_with_both_texts(
        self, signed_in: Any, path_author: User, main_user: User, draft: PathVersion
    ) -> None:
        client = signed_in(path_author)
        mine = {**sent(client, NODE), "text_fi": "Minun kysymykseni?"}
        node = from_json(draft.text).nodes["q2"]
        assert isinstance(node, Question)
        theirs = with_node(from_json(draft.text), "q2", Question(text=Words(fi="Heidän kysymyksensä?"), options=node.options))
        save_draft(by=acting(main_user), version=draft, document=theirs, seen=draft.version)
        answer = client.post(NODE, mine)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert '<pre lang="fi">Heidän kysymyksensä?</pre>' in page
        assert "Vain sinun tekstissäsi:" in page
        assert newest().nodes["q2"].text.fi == "Heidän kysymyksensä?"
        again = {**mine, "version": answer.context["form"]["version"].value()}
        assert client.post(NODE, again).status_code == 302
        assert newest().nodes["q2"].text.fi == "Minun kysymykseni?"

    def test_the_first_save_begins_a_draft_and_the_published_stays(
        self, signed_in: Any, path_author: User, version: PathVersion
    ) -> None:
        client = signed_in(path_author)
        given = {**sent(client, NODE), "text_fi": "Uusi?"}
        assert client.post(NODE, given).status_code == 302
        assert newest().nodes["q2"].text.fi == "Uusi?"
        version.refresh_from_db()
        assert from_json(version.text).nodes["q2"].text.fi == "Kuinka kauan?"
        assert client.post(NODE, given).status_code == 409  # her page was older than the draft

    def test_a_node_is_added_and_deleted_after_asking(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        assert client.post(f"{HERE}lisaa/", {"kind": "information", "version": draft.version}).status_code == 302
        assert "i2" in newest().nodes
        asked = client.get(f"{HERE}kohta/i1/poista/")
        assert "q1" in asked.content.decode()
        assert "i1" in newest().nodes
        client.post(f"{HERE}kohta/i1/poista/", {"version": PathVersion.objects.get().version})
        assert "i1" not in newest().nodes
        assert newest().nodes["q1"].options[1].next == ""
        assert client.post(f"{HERE}lisaa/", {"kind": "muu", "version": "1"}).status_code == 404
        assert client.get(f"{HERE}kohta/olematon/").status_code == 404

    def test_settings(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        address = f"{HERE}asetukset/"
        given = {**sent(client, address), "title_fi": "Kuume aikuisella", "keywords_fi": "kuume, lämpö ,kuume", "start": "q2"}
        assert client.post(address, {**given, "audience": ["lapset", "kaikki"]}).status_code == 422
        assert client.post(address, {**given, "audience": ["lapset", "nuoret"]}).status_code == 302
        assert newest().audience == ("lapset", "nuoret")
        assert newest().title.fi == "Kuume aikuisella"
        assert newest().keywords.fi == ("kuume", "lämpö")
        assert newest().start == "q2"
        assert client.post(address, given).status_code == 409

    def test_hostile_words_stay_words(self, signed_in: Any, path_author: User, main_user: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        names = ["text_fi", "text_sv", "plain_fi", "answer0_fi", "answer0_sv", "unsure_fi"]
        assert client.post(NODE, {**sent(client, NODE), **dict.fromkeys(names, HOSTILE)}).status_code == 302
        settings = f"{HERE}asetukset/"
        names = ["title_fi", "title_sv", "keywords_fi", "topics", "change_note"]
        assert client.post(settings, {**sent(client, settings), **dict.fromkeys(names, HOSTILE)}).status_code == 302
        version = PathVersion.objects.get()
        asked = {"do": "ask", "number": "1", "version": version.version}
        client.post(f"{HERE}siirra/", asked)
        back = {"do": "return", "number": "1", "version": version.version, "words": HOSTILE}
        assert signed_in(main_user).post(f"{HERE}siirra/", back).status_code == 302
        routes = client.get(HERE).context["routes"]
        pages = [ROOT, HERE, NODE, settings, f"{NODE}poista/", f"{HERE}kopioi/", f"{HERE}poista-luonnos/", f"{ROOT}?q={HOSTILE}"]
        for address in [*pages, *(each.url for each in routes)]:
            page = client.get(address).content.decode()
            assert "<script>alert" not in page, address
            assert "<img src=x" not in page, address

    def test_what_cannot_be_seen_is_refused(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        assert client.post(NODE, {**sent(client, NODE), "text_fi": "Kuinka\u202e kauan?"}).status_code == 422

    def test_every_save_is_in_the_audit(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        client = signed_in(path_author)
        client.post(NODE, {**sent(client, NODE), "text_fi": "Salaiset sanat?"})
        rows = AuditEntry.objects.filter(action=AuditAction.CHANGE, object_type="guidance.pathversion")
        assert rows.count() == 1
        assert "Salaiset" not in str(rows.values())


class TestPreview:
    def url(self, client: Client) -> str:
        return str(client.get(HERE).context["preview_url"])

    def test_whoever_has_the_link_walks_the_draft_and_nothing_is_counted(
        self, client: Client, signed_in: Any, path_author: User, draft: PathVersion
    ) -> None:
        url = self.url(signed_in(path_author))
        page = client.get(url).content.decode()
        assert "Onko hätä?" in page
        assert "esikatselu" in page
        answer = client.get(f"{url}vastaus/", {"vastaus": "ei"})
        assert "/esikatselu/" in answer["Location"]
        assert "Mittaa ensin kuume." in client.get(answer["Location"]).content.decode()
        end = client.get(f"{url}?p=en_tieda").content.decode()
        assert "/loppu/" in end
        assert "Esikatselu päättyy" in client.post(f"{url}loppu/?p=en_tieda", {"helped": "yes"}).content.decode()
        assert client.get(f"{url}ihminen/").status_code == 200
        assert client.get(f"{url}vastaus/", {"vastaus": "olematon"}).status_code == 422
        assert not PathSession.objects.exists()

    def test_a_guessed_or_old_link_opens_nothing(
        self, client: Client, signed_in: Any, path_author: User, draft: PathVersion, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = self.url(signed_in(path_author))
        assert client.get(f"{ROOT}esikatselu/{draft.public_id}/").status_code == 404
        other = signing.dumps(str(draft.public_id), salt="toinen")
        assert client.get(f"{ROOT}esikatselu/{other}/").status_code == 404
        assert client.get(f"{url[:-3]}x/").status_code == 404
        later = (timezone.now() + timedelta(days=15)).timestamp()
        monkeypatch.setattr("django.core.signing.time.time", lambda: later)
        assert client.get(url).status_code == 404
        assert SALT != "toinen"

    def test_the_link_opens_in_its_own_county_only(
        self, client: Client, signed_in: Any, path_author: User, draft: PathVersion, other_county: County
    ) -> None:
        url = self.url(signed_in(path_author)).partition("testserver")[2]
        assert client.get(url, headers={"host": "toinen.test"}).status_code == 404


def test_a_path_without_a_beginning_can_still_be_opened(
    signed_in: Any, path_author: User, county: County, draft: PathVersion
) -> None:
    create_path(by=acting(path_author), county=county, document=read_path(small(slug="rikki", title=in_all("Rikki"), start="ei")))
    page = signed_in(path_author).get(f"{ROOT}polku/rikki/")
    assert page.status_code == 200
    assert not page.context["routes"]
