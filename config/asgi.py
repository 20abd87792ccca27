"""The ASGI application: Django's pages, the chat's sockets, and the long poll beside them."""

import os
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from chat.routing import http_patterns, websocket_patterns  # noqa: E402
from config.handler import PageHandler  # noqa: E402

pages = re_path(r"", cast(Any, PageHandler()))  # an ASGI application, which URLRouter takes and Django's typing does not know
application = ProtocolTypeRouter(
    {
        "http": URLRouter([*http_patterns, pages]),
        "websocket": URLRouter(websocket_patterns),
    }
)
