"""The responder's own settings of her console: keys, sound, conversations side by side. A plain form, and the same for scripts."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from chat.keys import COMMANDS, KEYS, bindings
from chat.models import ConsoleSettings
from chat.operations import reset_console_keys, save_console_settings
from chat.views.answers import refusal_of, refused_json, wants_json
from chat.views.console_door import console_door


def settings_of(actor: Staff) -> ConsoleSettings:
    """Her settings, or those with which every console begins."""
    return ConsoleSettings.objects.filter(user_id=actor.user_id).first() or ConsoleSettings(user_id=actor.user_id)


def told(row: ConsoleSettings) -> dict[str, object]:
    """The settings for the script of the page."""
    return {"keys": bindings(row.keys), "keys_on": row.keys_on, "sound": row.sound, "columns": row.columns}


@require_http_methods(["GET", "POST"])
@console_door
def console_settings(request: HttpRequest, actor: Staff) -> HttpResponse:
    """Show and save the settings; a refusal says what is wrong and keeps what was chosen."""
    if request.method == "GET":
        return _page(request, told(settings_of(actor)))
    try:
        row = reset_console_keys(by=actor) if "reset" in request.POST else _save(request, actor)
    except ValidationError as error:
        code, words = refusal_of(error)
        if wants_json(request):
            return refused_json(code, words)
        return _page(request, _chosen(request), refused=words, status=400)
    return JsonResponse(told(row)) if wants_json(request) else redirect("chat:console_settings")


def _save(request: HttpRequest, actor: Staff) -> ConsoleSettings:
    """What the form holds: a whole one has `whole`, for unticked boxes are not sent; a part changes only itself."""
    post, whole = request.POST, "whole" in request.POST
    keys = {command: post[f"key-{command}"] for command in COMMANDS if f"key-{command}" in post}
    columns = post.get("columns", "")
    return save_console_settings(
        by=actor,
        keys=keys or None,
        keys_on=post.get("keys_on") == "1" if whole or "keys_on" in post else None,
        sound=post.get("sound") == "1" if whole or "sound" in post else None,
        columns=None if not columns else int(columns) if columns in "1234" else 0,
    )


def _chosen(request: HttpRequest) -> dict[str, object]:
    post = request.POST
    return {
        "keys": {command: post.get(f"key-{command}", "") for command in COMMANDS},
        "keys_on": post.get("keys_on") == "1",
        "sound": post.get("sound") == "1",
        "columns": int(post["columns"]) if post.get("columns", "") in ("1", "2", "3", "4") else 1,
    }


def _page(request: HttpRequest, shown: dict[str, object], *, refused: str = "", status: int = 200) -> HttpResponse:
    keys = shown["keys"]
    assert isinstance(keys, dict)
    context = {
        **shown,
        "commands": [(command, label, keys[command]) for command, label in COMMANDS.items()],
        "choices": KEYS,
        "column_choices": (1, 2, 3, 4),
        "refused": refused,
    }
    return render(request, "chat/console/settings.html", context, status=status)
