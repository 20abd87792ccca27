"""The definition of the service: saved, made into a draft, and kept in step with the live service (S000-40)."""

from adoption.operations.definition.making import Applied, apply_definition
from adoption.operations.definition.saving import save_definition
from adoption.operations.definition.sides import take_all_from_service, take_from_service, write_to_service
from adoption.operations.definition.standing import Standing, standing_of

__all__ = [
    "Applied",
    "Standing",
    "apply_definition",
    "save_definition",
    "standing_of",
    "take_all_from_service",
    "take_from_service",
    "write_to_service",
]
