"""What the console shows of an identification: the name to the responder, to others only that there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Staff
from chat.choices import Behalf, IdentificationState, IdentityPurpose, NameReason, State
from chat.identity_providers import Provider, current_provider
from chat.identity_providers.development import ASSURANCE, METHOD
from chat.models import IdentityRequest
from chat.models.identifications import OPEN_STATES
from chat.operations import may_see_name
from chat.operations.identity import ASKABLE
from chat.operations.reading import Opened

WHOSE: Mapping[str, str | Promise] = {
    Behalf.SELF: _("Own matter"),
    Behalf.CHILD: _("A child in the person's care"),
    Behalf.MANDATE: _("Another adult, by a mandate"),
}


PURPOSES: Mapping[str, str | Promise] = {
    **{str(value): label for value, label in IdentityPurpose.choices},
    IdentityPurpose.OWN_MATTER: _("Handling the matter"),
    IdentityPurpose.RECORDS: _("Looking at the records"),
}
"""What it is needed for, beside the words that tell whose matter it is."""


TRIAL_WORDS = {METHOD: _("a trial"), ASSURANCE: _("not real")}
"""What the development provider proves by, in the page's language; a real provider's own words stand as they came."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the console shows of an identification. The names are empty to who may not see them, and after they are erased."""

    state: str
    state_words: str
    purpose: str
    asked_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    is_open: bool
    is_verified: bool
    may_retry: bool
    behalf: str
    behalf_words: str
    method: str
    assurance: str
    name: str
    behalf_name: str


def identity_facts(actor: Staff, opened: Opened) -> dict[str, object]:
    """What the part “identity” shows to this reader."""
    row = opened.conversation
    requests = list(IdentityRequest.objects.filter(conversation=row).order_by("-asked_at", "-pk"))
    now = timezone.now()
    sees = bool(requests) and may_see_name(by=actor, row=row, now=now)
    newest = requests[0] if requests else None
    proof = next((each for each in requests if each.state == IdentificationState.VERIFIED), None)
    mine = row.responder_id == actor.user_id
    is_open = newest is not None and newest.state in OPEN_STATES
    provider = current_provider()
    in_use = provider is not None and row.takes_identification
    return {
        "identity": _shown(newest, sees=sees) if newest else None,
        "proof": _shown(proof, sees=sees) if proof else None,
        "name_hidden": proof is not None and bool(proof.name) and not sees,
        "name_reasons": NameReason.choices,
        "may_ask_identity": mine and row.state == State.ACTIVE and in_use and not is_open,
        "may_recall_identity": mine and newest is not None and row.state == State.ACTIVE and is_open,
        "identity_purposes": [(value, label) for value, label in PURPOSES.items() if value in ASKABLE - {IdentityPurpose.BEHALF}],
        "identity_behalves": _askable(provider, row.service.child_age_limit) if provider is not None else [],
        "child_age_limit": row.service.child_age_limit,
    }


def _askable(provider: Provider, child_age_limit: int) -> list[tuple[str, str]]:
    """In whose matter she may be asked: by a mandate when the provider proves them, of a child when the service has an age."""
    of_whom = [Behalf.SELF, *([Behalf.CHILD] if child_age_limit else []), *([Behalf.MANDATE] if provider.offers_mandates else [])]
    return [(str(value), str(WHOSE[value])) for value in of_whom]


def _shown(request: IdentityRequest, *, sees: bool) -> Shown:
    verified = request.state == IdentificationState.VERIFIED
    return Shown(
        state=request.state,
        state_words=str(IdentificationState(request.state).label),
        purpose=str(PURPOSES[request.purpose]),
        asked_at=request.asked_at,
        due_at=request.due_at,
        ended_at=request.ended_at,
        is_open=request.state in OPEN_STATES,
        is_verified=verified,
        may_retry=request.state == IdentificationState.FAILED and request.due_at is not None,
        behalf=request.behalf,
        behalf_words=str(WHOSE[request.behalf]),
        method=str(TRIAL_WORDS.get(request.method, request.method)),
        assurance=str(TRIAL_WORDS.get(request.assurance, request.assurance)),
        name=request.name if sees and verified else "",
        behalf_name=request.behalf_name if sees and verified else "",
    )
