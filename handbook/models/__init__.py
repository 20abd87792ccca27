"""The handbook's facts, split by noun."""

from handbook.models.chapters import Chapter, ChapterVersion
from handbook.models.notices import NoticeReading, NoticeVersion, StaffNotice
from handbook.models.orientation import (
    CheckPassed,
    Orientation,
    OrientationPlan,
    PracticeNote,
    SelfAssessment,
    Training,
    TrainingDone,
)
from handbook.models.pictures import Picture
from handbook.models.readings import Reading
from handbook.models.remarks import Remark
from handbook.models.replies import QuickReply, ReplyProposal

__all__ = [
    "Chapter",
    "ChapterVersion",
    "CheckPassed",
    "NoticeReading",
    "NoticeVersion",
    "Orientation",
    "OrientationPlan",
    "Picture",
    "PracticeNote",
    "QuickReply",
    "Reading",
    "Remark",
    "ReplyProposal",
    "SelfAssessment",
    "StaffNotice",
    "Training",
    "TrainingDone",
]
