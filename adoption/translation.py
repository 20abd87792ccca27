"""Which texts of the adoption model and of rollouts stand in each language."""

from modeltranslation.translator import TranslationOptions, register

from adoption import models

LANGUAGES = ("fi", "sv", "en")


class _Options(TranslationOptions):
    languages = LANGUAGES
    required_languages = ("fi",)


def _register(model: type, *fields: str) -> None:
    register(model)(type(f"{model.__name__}Translation", (_Options,), {"fields": fields}))


_register(models.ModelVersion, "name", "purpose")
_register(models.ModelCondition, "text")
_register(models.ModelPhase, "name", "label", "long_name", "goal")
_register(models.ModelItem, "text", "label", "help", "done_evidence", "question")
_register(models.ModelGate, "name")
_register(models.Rollout, "name", "summary", "cover_alt")
