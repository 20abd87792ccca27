"""What comes in by pages: the directory's own fields and forms, and those of surveys."""

from services.forms.directory import (
    LANGUAGES,
    AdminForm,
    ExportForm,
    HoursTesterForm,
    ImportConfirmForm,
    ImportForm,
    LanguagesField,
    LinesField,
    OfficialLanguagesField,
    QueueField,
    ServiceLifeForm,
)

__all__ = [
    "LANGUAGES",
    "AdminForm",
    "ExportForm",
    "HoursTesterForm",
    "ImportConfirmForm",
    "ImportForm",
    "LanguagesField",
    "LinesField",
    "OfficialLanguagesField",
    "QueueField",
    "ServiceLifeForm",
]
