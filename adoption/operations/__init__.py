"""The rules of adoption, and the only place that writes it."""

from adoption.operations.template import load_model, load_shipped_models, new_draft, publish_version, retire_version

__all__ = ["load_model", "load_shipped_models", "new_draft", "publish_version", "retire_version"]
