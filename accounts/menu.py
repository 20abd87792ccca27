"""Which links a page of the staff shows: the person's roles, read from fresh rows once for each page.

A door may let in by them, for they were read in this very request; what is then done asks again, in its operation.
"""

from __future__ import annotations

from django.http import HttpRequest

from accounts.permissions import grants_of

ATTRIBUTE = "_roles_on_page"


def roles_on_page(request: HttpRequest | None, *, anywhere: bool = False) -> frozenset[str]:
    """The roles that the person in whose name the page is shown holds in its county, or in any; nobody holds none."""
    actor = getattr(request, "actor", None)
    if request is None or actor is None:
        return frozenset()
    held: frozenset[tuple[str, str]] | None = getattr(request, ATTRIBUTE, None)
    if held is None:
        held = frozenset(grants_of(actor).order_by().values_list("county", "role"))
        setattr(request, ATTRIBUTE, held)
    county = getattr(getattr(request, "county", None), "code", None)
    return frozenset(role for place, role in held if anywhere or county in (None, place))
