"""Every night the published paths are checked as at publishing, and whoever looks after one that no longer holds gets a letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor, System
from accounts.models import Grant, OutgoingMail, User
from accounts.operations.mail import queue_letters
from guidance.choices import AUTHOR_ROLES
from guidance.models import PathCheck, PathVersion
from guidance.surroundings import surroundings_of, wrong_now
from services.hosts import address_of
from services.models import County

NAMED = 40


def check_paths(*, by: Actor, now: datetime) -> int:
    """Walk the scenarios of all published paths of the active counties and look up what they name; gives how many are wrong.

    What was right when it was published may be wrong now: a number was emptied, a queue closed, a link broke, another path was
    taken away. Safe to call again: a version has one row, and a letter goes again only when something else is wrong, or the review
    day of another path has passed. Raises PermissionDenied.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    return sum(_check_county(county, now) for county in County.objects.filter(is_active=True).order_by("pk"))


def _check_county(county: County, now: datetime) -> int:
    around = surroundings_of(county)
    rows = PathVersion.objects.current().walkable().filter(path__county=county)
    checks = PathCheck.objects.filter(version__path__county=county)
    checks.exclude(version__in=rows.values("pk")).delete()
    known = {check.version_id: check for check in checks}
    failed = []
    for version in rows.order_by("path__order", "path__slug").select_related("path__owner").iterator(chunk_size=100):
        walks, wrong = wrong_now(version, around)
        found = [[each.code, each.place] for each in wrong]
        check = known.get(version.pk) or PathCheck(version=version, since=now)
        if found != check.wrong:
            check.since = now
        check.checked_at, check.walks, check.wrong, check.version = now, walks, found, version
        check.save()
        if found:
            failed.append(check)
    _write(county, failed, now)
    return len(failed)


def _write(county: County, failed: Sequence[PathCheck], now: datetime) -> None:
    """To each who looks after paths that are wrong one letter that names them, and one of those that are late; of an ownerless one
    to all authors.
    """
    keepers = _keepers(county, now)
    wrong: dict[User, list[PathCheck]] = defaultdict(list)
    for check in failed:
        for user in _of(check.version, keepers):
            wrong[user].append(check)
    late: dict[User, list[PathVersion]] = defaultdict(list)
    overdue = PathVersion.objects.current().walkable().filter(path__county=county, path__review_on__lt=timezone.localdate(now))
    for version in overdue.select_related("path__owner").defer("text").order_by("path__review_on", "path__slug"):
        for user in _of(version, keepers):
            late[user].append(version)
    letters = [_of_wrong(county, user, checks) for user, checks in wrong.items()]
    queue_letters(letters=[*letters, *(_of_late(county, user, versions) for user, versions in late.items())])


def _keepers(county: County, now: datetime) -> Sequence[User]:
    """Those who write the county's paths."""
    grants = Grant.objects.valid(at=now).filter(county=county.code, role__in=AUTHOR_ROLES, service_id__isnull=True)
    return list(User.objects.filter(pk__in=grants.values("user"), is_active=True).exclude(email="").order_by("pk"))


def _of(version: PathVersion, keepers: Sequence[User]) -> Sequence[User]:
    owner = version.path.owner
    return [owner] if owner is not None and owner in keepers else keepers


def _of_wrong(county: County, user: User, checks: Sequence[PathCheck]) -> OutgoingMail:
    """Once for the newest of what is wrong: mending one of several writes no other letter of the rest."""
    newest = max(check.since for check in checks)
    with translation.override(user.language):
        lines = [
            f"– {check.version.name(user.language)}: "
            + ngettext("%(n)s thing to mend", "%(n)s things to mend", len(check.wrong)) % {"n": len(check.wrong)}
            for check in checks[:NAMED]
        ]
        head = _("These published guidance paths no longer hold. Residents are walking them now:")
        return _letter(county, user, f"wrong:{newest:%Y%m%d%H%M%S}", _("Guidance paths to mend"), head, lines)


def _of_late(county: County, user: User, versions: Sequence[PathVersion]) -> OutgoingMail:
    """Once for the newest of the days that have passed."""
    newest = max(version.path.review_on for version in versions if version.path.review_on)
    with translation.override(user.language):
        lines = [f"– {version.name(user.language)}" for version in versions[:NAMED]]
        head = _("The review day of these guidance paths has passed:")
        return _letter(county, user, f"late:{newest}", _("Guidance paths to look through"), head, lines)


def _letter(county: County, user: User, about: str, subject: str, head: str, lines: Sequence[str]) -> OutgoingMail:
    return OutgoingMail(
        key=f"path-check:{county.code}:{user.public_id}:{about}",
        county=county.code,
        to=user.email,
        subject=subject,
        body="\n\n".join([head, "\n".join(lines), address_of(county, reverse("paths:library"))]),
    )


__all__ = ["check_paths"]
