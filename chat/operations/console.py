"""A responder's own console: its keys, its sound, how many conversations stand side by side."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Staff
from chat.keys import COMMANDS, KEYS, bindings, changes, clash
from chat.models import ConsoleSettings
from chat.refusals import Refusal, refuse


@transaction.atomic
def save_console_settings(
    *,
    by: Actor,
    keys: Mapping[str, str] | None = None,
    keys_on: bool | None = None,
    sound: bool | None = None,
    columns: int | None = None,
) -> ConsoleSettings:
    """A person sets her own console and nobody else's; what is not given stays. One key has one command.

    `keys`: command to key, an empty key for none; those left out have what they had. Raises ValidationError (key_taken,
    key_unknown, invalid) and PermissionDenied to anyone but staff.
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    row, _ = ConsoleSettings.objects.select_for_update(no_key=True).get_or_create(user_id=by.user_id)
    if keys is not None:
        wanted = {**bindings(row.keys), **keys}
        for command, key in wanted.items():
            if command not in COMMANDS:
                raise refuse(Refusal.INVALID)
            if key and key not in KEYS:
                raise refuse(Refusal.KEY_UNKNOWN, key=key)
        found = clash(wanted)
        if found is not None:
            raise refuse(Refusal.KEY_TAKEN, key=found.key, first=COMMANDS[found.first], second=COMMANDS[found.second])
        row.keys = changes(wanted)
    if columns is not None:
        if not 1 <= columns <= 4:
            raise refuse(Refusal.INVALID)
        row.columns = columns
    if keys_on is not None:
        row.keys_on = keys_on
    if sound is not None:
        row.sound = sound
    row.save()
    return row


@transaction.atomic
def reset_console_keys(*, by: Actor) -> ConsoleSettings:
    """Back to the keys with which every console begins."""
    if not isinstance(by, Staff):
        raise PermissionDenied
    row, _ = ConsoleSettings.objects.select_for_update(no_key=True).get_or_create(user_id=by.user_id)
    row.keys, row.keys_on = {}, True
    row.save(update_fields=["keys", "keys_on"])
    return row
