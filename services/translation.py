"""Which texts of the directory stand in each language (a column each, no silent fallback)."""

from modeltranslation.translator import TranslationOptions, register

from services import models

LANGUAGES = ("fi", "sv", "en")


class _Options(TranslationOptions):
    languages = LANGUAGES
    required_languages = ("fi",)


def _register(model: type, *fields: str) -> None:
    register(model)(type(f"{model.__name__}Translation", (_Options,), {"fields": fields}))


_register(models.County, "name", "brand_name", "guide_name", "privacy_notice")
_register(models.Municipality, "name")
_register(models.Office, "name", "street", "town")
_register(models.ContactPoint, "name", "note")
_register(models.Link, "name", "url", "note")
_register(models.ExceptionDay, "reason")
_register(models.Holiday, "name")
_register(models.LifeSituation, "name")
_register(
    models.Service,
    "name",
    "synonyms",
    "summary",
    "audience",
    "who_answers",
    "handles",
    "easy_text",
    "promise",
    "price_text",
    "identification_text",
    "behalf_text",
    "storage_text",
    "greeting",
    "off_hours_text",
    "recording_place",
)
_register(models.Redirect, "matter")
_register(models.Topic, "name")
_register(models.LegalBasis, "name")
_register(models.ServiceArea, "name")
_register(models.ResponderGroup, "name", "profession")
_register(models.Queue, "name", "profession")
_register(models.Override, "reason")
_register(models.Disruption, "text", "staff_text")
_register(models.DisruptionText, "title", "text", "staff_text")
_register(models.Survey, "title", "intro")
_register(models.Question, "text", "options")
_register(models.HelpForm, "intro")
_register(models.HelpField, "text", "help", "options")
