"""The handbook's facts, split by noun."""

from handbook.models.chapters import Chapter, ChapterVersion
from handbook.models.pictures import Picture
from handbook.models.readings import Reading
from handbook.models.remarks import Remark
from handbook.models.replies import QuickReply, ReplyProposal

__all__ = ["Chapter", "ChapterVersion", "Picture", "QuickReply", "Reading", "Remark", "ReplyProposal"]
