"""The adoption model as a file: read strictly and typed, checked as a whole, and written so that reading gives the same."""

from adoption.model_file.checks import missing_languages, problems_of
from adoption.model_file.differences import differences
from adoption.model_file.reading import Reading, read_model, read_requirements, shipped_model, shipped_signals
from adoption.model_file.specs import (
    CLOSED,
    ConditionSpec,
    GateSpec,
    ItemSpec,
    ModelFile,
    PhaseSpec,
    Problem,
    RequirementSpec,
    SignalSpec,
)
from adoption.model_file.writing import write_model, write_requirement

__all__ = [
    "CLOSED",
    "ConditionSpec",
    "GateSpec",
    "ItemSpec",
    "ModelFile",
    "PhaseSpec",
    "Problem",
    "Reading",
    "RequirementSpec",
    "SignalSpec",
    "differences",
    "missing_languages",
    "problems_of",
    "read_model",
    "read_requirements",
    "shipped_model",
    "shipped_signals",
    "write_model",
    "write_requirement",
]
