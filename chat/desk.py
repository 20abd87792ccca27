"""A mark of what the parts of a responder's own desk show: presence, offers, who asks for her, and the notices in force."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from django.db.models import CharField, Value

from accounts.choices import Role
from accounts.models import Grant
from chat.choices import State, TransferState
from chat.models import Conversation, Presence, Transfer
from chat.models.conversations import READING_ROLES
from services.models import Disruption

TOLD = "told"
"""Somebody waits and nobody takes her: the ladder's telling of the supervisor."""

Call = tuple[int, tuple[str, int]]
"""Whom it calls, and what: why, and which conversation."""


def calls_of(user_keys: Collection[int]) -> list[Call]:
    """What calls for these people's attention: advice asked where they may read; where they supervise, flags and who waits untaken.

    One query while nobody calls, else three. A person's own call is not for her.
    """
    calls = [
        rows.order_by().annotate(why=Value(why, output_field=CharField())).values_list("why", "pk", "responder_id")
        for why, rows in (
            ("help", Conversation.objects.asking_help()),
            ("flag", Conversation.objects.flagged()),
            (TOLD, Conversation.objects.told_of()),
        )
    ]
    found = list(calls[0].union(*calls[1:], all=True))
    if not found:
        return []
    # Where they are is asked of the few that call: joined above, it made the database begin with all that a service ever had.
    rows = Conversation.objects.filter(pk__in={key for _, key, _ in found})
    places = {key: (county, service) for key, county, service in rows.values_list("pk", "county__code", "service__public_id")}
    roles = {"help": READING_ROLES, "flag": (Role.SUPERVISOR,), TOLD: (Role.SUPERVISOR,)}
    grants = Grant.objects.valid().filter(user_id__in=user_keys, role__in=READING_ROLES)
    rights = set(grants.order_by().values_list("user_id", "role", "county", "service_id"))
    return sorted(
        {
            (user, (why, key))
            for why, key, responder in found
            for user, role, place, only in rights
            if role in roles[why]
            and place == places[key][0]
            and only in (None, places[key][1])
            and (why, responder) != ("help", user)
        }
    )


def desk_marks(
    user_keys: Collection[int], *, calls: Collection[Call] = (), talking: Collection[int] | None = None
) -> dict[int, str]:
    """The mark of each person's desk, by her primary key, in four queries: it changes when a part of it must be read anew.

    `calls`: what `calls_of` gave for the same people. `talking`: who of them has a conversation going on, when it is known.
    """
    facts: dict[int, list[object]] = {key: [] for key in user_keys}
    for user, *presence in (
        Presence.objects.running()
        .filter(user_id__in=user_keys)
        .order_by("pk")
        .values_list("user_id", "pk", "limit", "back_at", "cover_id", "stays_until", "warned_at")
    ):
        facts[user].append(("presence", *presence))
    if talking is None:
        active = Conversation.objects.filter(responder_id__in=user_keys, state=State.ACTIVE).order_by()
        talking = set(active.values_list("responder_id", flat=True))
    for user in sorted(talking):
        facts[user].append("talking")
    offers = Transfer.objects.filter(state=TransferState.OFFERED, to_person_id__in=user_keys).order_by("pk")
    for user, transfer in offers.values_list("to_person_id", "pk"):
        facts[user].append(("offer", transfer))
    for user, call in calls:
        facts[user].append(("call", *call))
    # A notice in force elsewhere moves the mark too: that costs one reading of the part, and no question of who reaches what.
    notices = list(Disruption.objects.in_force().order_by("pk").values_list("pk", "version"))
    if notices:
        for items in facts.values():
            items.append(("notices", *notices))
    return {key: blake2b(repr(items).encode(), digest_size=8).hexdigest() for key, items in facts.items()}
