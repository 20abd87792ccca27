"""What is published to residents and to responders (S000-46…48, S001-31, S001-65)."""

from __future__ import annotations

from adoption.signals.answers import Signal, choose, digest, met, missed, shown
from adoption.signals.facts import Facts, Row

NOTICE_LANGUAGES = ("fi", "sv")


def service_page_published(facts: Facts) -> Signal:
    """Residents see the service's page, and it tells in each language all that such a page must tell (domain 5.2).

    Emergency numbers stand on every page by its template.
    """
    service = facts.service
    if service is None:
        return missed({"lacks": ["page"]}, "")
    lacks = [*([] if service.is_public else ["page"]), *service.page_lacks]
    if lacks:
        return missed({"lacks": lacks}, "")
    return shown([_opening(facts)], {"languages": list(service.languages)}, "")


def client_guide_published(facts: Facts) -> Signal:
    """The residents' guide (how to chat, to identify oneself, what not to write) is published in each of the service's languages.

    It opens at the service's page, so residents must see the service; a starter text proves nothing before the county approves it.
    """
    service, guide = facts.service, facts.handbook.guide
    points = {
        "page": service is not None and service.is_public,
        "guide_approval": guide is None or guide.is_approved,
        **{f"guide:{code}": guide is not None and code in guide.languages for code in (service.languages if service else ())},
    }
    return met(points, [_opening(facts), guide.row] if service and guide else [])


def support_model_published(facts: Facts) -> Signal:
    """Responders and residents have a technical support to call, at told hours; a notice of a disruption is ready in fi and sv."""
    service = facts.service
    resident, responder = (service.resident_support, service.responder_support) if service else (None, None)
    ready = [notice for notice in facts.notices if all(notice.text.get(code) for code in NOTICE_LANGUAGES)]
    points = {
        "resident_support": resident is not None and resident.has_value and resident.is_public,
        "responder_support": responder is not None and responder.has_value,
        "support_hours": all(each is not None and each.has_hours for each in (resident, responder)),
        "notice": bool(ready),
    }
    supports = [each.row for each in (resident, responder) if each is not None]
    rows = [*([service.row] if service else []), *supports, *(notice.row for notice in ready[:1])]
    return met(points, rows, mark=digest([(row.id, row.mark) for row in rows[1:]]))


def disruption_rules_published(facts: Facts) -> Signal:
    """Responders have instructions for disruptions, and a notice to residents is ready in fi and sv."""
    ready = [notice for notice in facts.notices if all(notice.text.get(code) for code in NOTICE_LANGUAGES)]
    instructed = [notice for notice in facts.notices if notice.staff_text.get("fi")]
    points = {"notice": bool(ready), "instructions": bool(instructed)}
    rows = [notice.row for notice in (*ready[:1], *instructed[:1])]
    return met(points, rows, mark=digest([(row.id, row.mark) for row in rows]))


def contact_directory_published(facts: Facts) -> Signal:
    """The professionals' directory has an entry that was reviewed in time; only who has signed in sees it."""
    value = {"entries": len(facts.directory)}
    return shown(facts.directory, value, "≥ 1") if facts.directory else missed(value, "≥ 1")


def guidance_paths_live(facts: Facts) -> Signal:
    """A published guidance path leads to the service; each offers feedback at its outcomes (S003-27, S003-29)."""
    value = {"paths": len(facts.paths)}
    first = choose(facts.paths, facts.since, lambda row: row.at)
    return shown([first], value, "≥ 1") if first else missed(value, "≥ 1")


def _opening(facts: Facts) -> Row:
    service = facts.service
    assert service is not None
    return Row(service.row.id, service.opened_at or service.row.at)
