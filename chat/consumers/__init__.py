"""The doors of live conversations: a resident's socket, the console's socket, and the long poll beside them.

A consumer finds out who it is, parses frames, and hands them inward. It binds no channel layer and makes no thread hop of
its own for each frame (the stock consumer does both).
"""

from chat.consumers.people import ConsoleSocket, ResidentSocket
from chat.consumers.poll import EventsPoll

__all__ = ["ConsoleSocket", "EventsPoll", "ResidentSocket"]
