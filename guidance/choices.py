"""The closed lists of guidance paths."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import Role


class PathState(models.TextChoices):
    """The life of a version of a path: a published one never changes, and a session that began in it ends in it (S003-29)."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", pgettext_lazy("version of a path", "Approved")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class ForWhom(models.TextChoices):
    """For whom a path is, as residents narrow the list by it (S003-32). A path without a tag is for everybody."""

    CHILDREN = "lapset", _("Children and families")
    YOUNG = "nuoret", _("Young people")
    ADULTS = "aikuiset", _("People of working age")
    OLDER = "ikaantyneet", _("Older people")
    CLOSE = "laheiset", _("Relatives and carers")


class Helped(models.TextChoices):
    """“Oliko tästä apua?” (S003-27)."""

    YES = "yes", _("Yes")
    PARTLY = "partly", _("Partly")
    NO = "no", _("No")


OPEN_STATES = (PathState.DRAFT, PathState.APPROVED)
SHOWN_STATES = (PathState.PUBLISHED, PathState.RETIRED)
"""A version that has been published can be walked by whoever began in it."""

AUTHOR_ROLES: frozenset[str] = frozenset({Role.PATH_AUTHOR, Role.MAIN_USER})
"""Who writes, approves and publishes paths of the county; a grant of the whole county."""

WORDS_LIMIT = 2000
SEARCH_LIMIT = 100
ENTRY_LIMIT = 60
WORDS_KEPT = timedelta(days=90)
"""Residents’ own words of searches and feedback are kept for so long, as long as the longest a nameless chat is (P-7)."""
SELF_SERVED = frozenset({"self_care", "service_link"})
"""Outcomes that leave the person on her own (M22)."""
