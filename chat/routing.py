"""Addresses of the sockets and the long poll."""

from django.urls import path

from chat.consumers import ConsoleSocket, EventsPoll, ResidentSocket

http_patterns = [
    path("api/keskustelu/<uuid:conversation>/tapahtumat/", EventsPoll.as_asgi()),
]
websocket_patterns = [
    path("ws/keskustelu/<uuid:conversation>/", ResidentSocket.as_asgi()),
    path("ws/vastaaja/", ConsoleSocket.as_asgi()),
]
