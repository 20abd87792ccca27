"""What must hold for a quick reply before it is stored, and before it is approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Grant, User
from handbook.choices import ReplyAudience, ReplyScope
from handbook.models import QuickReply
from handbook.models.replies import LANGUAGES
from handbook.replies.placeholders import LINK, PHONE, fill, keys_in, names_in, sample_values, strange_in
from handbook.replies.plain import typed_numbers
from services.choices import Audience, ContactKind
from services.identity_codes import find
from services.models import ContactPoint, County, Link, Service

MOST_SHARED = 400
MOST_PERSONAL = 2000


class _Errors(defaultdict[str, list[ValidationError]]):
    def __init__(self) -> None:
        super().__init__(list)

    def add(self, field: str, words: str, code: str) -> None:
        self[field].append(ValidationError(words, code=code))


def check_reply(reply: QuickReply, *, services: Collection[Service]) -> None:
    """The reply is whole and true by itself: placeholders are known and the same in each language, nothing in it may not be sent.

    Raises ValidationError with every problem, by field.
    """
    errors = _Errors()
    texts = reply.texts
    if not texts:
        errors.add("text_fi", _("Write the text at least in one language."), "empty")
    if reply.scope != ReplyScope.PERSONAL and "fi" not in texts:
        errors.add("text_fi", _("A shared reply is always in Finnish too."), "language_missing")
    if (reply.scope == ReplyScope.SERVICE) != bool(services):
        errors.add("services", _("Choose the services of a service’s reply, and none for others."), "services")
    _check_words(reply, texts, errors)
    _check_named(reply, texts, errors)
    if reply.protected and reply.scope == ReplyScope.PERSONAL:
        errors.add("protected", _("One’s own reply is not protected."), "protected")
    if errors:
        raise ValidationError(dict(errors))
    _check_shortcut(reply, services)


def check_owner(owner: User | None, *, county: County) -> None:
    """Whoever is made the owner works for the county: an owner who has left is no reason to refuse a change."""
    if owner is not None and not Grant.objects.valid().filter(user=owner, county=county.code).exists():
        raise ValidationError({"owner": ValidationError(_("She does not work for this county."), code="stranger")})


def check_ready(reply: QuickReply) -> None:
    """A protected reply may be approved only when nobody is left without it: in a bilingual county it is in Swedish too."""
    if reply.protected and reply.county.is_bilingual and "sv" not in reply.texts:
        raise ValidationError(
            {
                "text_sv": ValidationError(
                    _("The county is bilingual: a protected reply is in Swedish too before it is approved."),
                    code="language_missing",
                )
            }
        )


def named_in(reply: QuickReply) -> tuple[set[str], set[str]]:
    """The contact points and the links that the texts of the reply name."""
    texts = reply.texts.values()
    phones = {key for text in texts for key in keys_in(text, PHONE)}
    return phones, {key for text in texts for key in keys_in(text, LINK)}


def _check_words(reply: QuickReply, texts: Mapping[str, str], errors: _Errors) -> None:
    shared = reply.scope != ReplyScope.PERSONAL
    for code, text in texts.items():
        field = f"text_{code}"
        if strange := strange_in(text):
            words = _("There is no placeholder “%(name)s”. Choose one from the list.") % {"name": ", ".join(strange)}
            errors.add(field, words, "placeholder")
        if find(text):
            errors.add(field, _("The text has an identity code. Take it away."), "identity_code")
        if shared and (numbers := typed_numbers(text)):
            words = _("Do not type the number %(number)s: name its contact point, for example {{phone:switchboard_phone}}.")
            errors.add(field, words % {"number": numbers[0]}, "typed_number")
    wanted: dict[str, set[str]] = {code: set(names_in(text)) for code, text in texts.items()}
    if reply.phones_differ:
        wanted = {code: {name for name in names if not name.startswith(PHONE)} for code, names in wanted.items()}
    if len({frozenset(names) for names in wanted.values()}) > 1:
        first = next(iter(wanted))
        for code, names in wanted.items():
            if names != wanted[first]:
                odd = ", ".join(sorted(names ^ wanted[first]))
                errors.add(
                    f"text_{code}", _("The placeholders differ between the languages: %(names)s.") % {"names": odd}, "differ"
                )


def _check_named(reply: QuickReply, texts: Mapping[str, str], errors: _Errors) -> None:
    phones, links = named_in(reply)
    points = {point.key: point for point in ContactPoint.objects.filter(county=reply.county_id, key__in=phones)}
    found = {link.key: link for link in Link.objects.filter(county=reply.county_id, key__in=links)}
    for code, text in texts.items():
        lacking = (keys_in(text, PHONE) - points.keys()) | (keys_in(text, LINK) - found.keys())
        if lacking:
            words = _("The county has no contact point or link “%(key)s”.") % {"key": ", ".join(sorted(lacking))}
            errors.add(f"text_{code}", words, "unknown_key")
        not_phones = [key for key in keys_in(text, PHONE) if key in points and points[key].kind != ContactKind.PHONE]
        if not_phones:
            errors.add(f"text_{code}", _("“%(key)s” is not a phone number.") % {"key": not_phones[0]}, "not_phone")
        inside = [key for key in keys_in(text, PHONE) if key in points and points[key].audience == Audience.INTERNAL]
        inside += [key for key in keys_in(text, LINK) if key in found and found[key].audience == Audience.INTERNAL]
        if inside and reply.audience != ReplyAudience.PROFESSIONAL:
            words = _("“%(key)s” is for professionals only, and cannot stand in a reply to residents.") % {"key": inside[0]}
            errors.add(f"text_{code}", words, "internal")
        values = sample_values(
            service="x" * 30,
            phones={key: point.value or "044 123 4567" for key, point in points.items()},
            links={key: str(getattr(link, f"url_{code}", "") or "") for key, link in found.items()},
        )
        most = MOST_PERSONAL if reply.scope == ReplyScope.PERSONAL else MOST_SHARED
        if (length := len(fill(text, values).text)) > most:
            words = _("The text is %(length)s characters long when it is filled; at most %(most)s.")
            errors.add(f"text_{code}", words % {"length": length, "most": most}, "too_long")


def _check_shortcut(reply: QuickReply, services: Collection[Service]) -> None:
    """A short code means one text for each who types it. A service’s or a queue’s reply may stand in the place of a common one."""
    others = QuickReply.objects.filter(county=reply.county_id, shortcut=reply.shortcut, retired_at__isnull=True).exclude(
        pk=reply.pk
    )
    match reply.scope:
        case ReplyScope.COMMON:
            taken = others.filter(scope=ReplyScope.COMMON)
        case ReplyScope.SERVICE:
            taken = others.filter(scope=ReplyScope.SERVICE, services__in=[service.pk for service in services])
        case ReplyScope.QUEUE:
            taken = others.filter(scope=ReplyScope.QUEUE, queue=reply.queue_id)
        case _:
            mine = others.filter(scope=ReplyScope.PERSONAL, person=reply.person_id)
            taken = mine | others.exclude(scope=ReplyScope.PERSONAL)
    if taken.exists():
        raise ValidationError(
            {
                "shortcut": ValidationError(
                    _("The short code %(shortcut)s is in use already. Choose another."),
                    code="shortcut_taken",
                    params={"shortcut": reply.shortcut},
                )
            }
        )


__all__ = ["LANGUAGES", "MOST_PERSONAL", "MOST_SHARED", "check_owner", "check_ready", "check_reply", "named_in"]
