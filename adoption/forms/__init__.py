"""What people fill in on the pages of adoption."""

from adoption.forms.base import PageForm
from adoption.forms.gates import VerdictForm
from adoption.forms.items import (
    AssignForm,
    CommentForm,
    DecisionForm,
    DocumentForm,
    EvidenceForm,
    MeetingForm,
    MoveForm,
    SignForm,
)
from adoption.forms.rollouts import AdoptForm, CardForm, EndForm, QuestionForm, StartForm

__all__ = [
    "AdoptForm",
    "AssignForm",
    "CardForm",
    "CommentForm",
    "DecisionForm",
    "DocumentForm",
    "EndForm",
    "EvidenceForm",
    "MeetingForm",
    "MoveForm",
    "PageForm",
    "QuestionForm",
    "SignForm",
    "StartForm",
    "VerdictForm",
]
