"""How static files are kept: under names that carry their content, so that a browser may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class PortalStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Modules name each other by those names too: a page never runs the new half of the chat with the old half."""

    support_js_module_import_aggregation = True
