"""The handbook's facts, split by noun."""

from handbook.models.replies import QuickReply, ReplyProposal

__all__ = ["QuickReply", "ReplyProposal"]
