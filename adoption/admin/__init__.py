"""The admin of adoption."""

from adoption.admin import rollouts, template, template_rows

__all__ = ["rollouts", "template", "template_rows"]
