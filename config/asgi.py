"""The ASGI application: Django's pages, the chat's sockets, and the long poll beside them."""

import os
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from chat.routing import http_patterns, websocket_patterns  # noqa: E402

pages = re_path(r"", cast(Any, django_application))  # an ASGI application, which URLRouter takes and Django's typing does not know
application = ProtocolTypeRouter(
    {
        "http": URLRouter([*http_patterns, pages]),
        "websocket": URLRouter(websocket_patterns),
    }
)
