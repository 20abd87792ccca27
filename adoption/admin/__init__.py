"""The admin of adoption."""

from adoption.admin import template, template_rows

__all__ = ["template", "template_rows"]
