"""Files that were put to a decision, a document, evidence or a verdict: they go out as downloads."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from accounts.models import StoredFile
from accounts.operations import store_file
from accounts.views import as_download
from adoption.models import Filling, GateVerdict, Rollout
from adoption.views.door import rollout_door
from adoption.views.files import content_of


@require_GET
@rollout_door
def enclosure(request: HttpRequest, actor: Staff, rollout: Rollout, file: UUID) -> HttpResponse:
    """Download a file of the rollout’s decisions, documents, evidence or verdicts."""
    filling = Filling.objects.readable_by(actor).filter(part__item__rollout=rollout, file=OuterRef("pk"))
    verdict = GateVerdict.objects.readable_by(actor).filter(rollout=rollout, file=OuterRef("pk"))
    rows = StoredFile.objects.filter(Q(Exists(filling)) | Q(Exists(verdict)), county=rollout.county.code, public_id=file)
    row: StoredFile | None = rows.first()
    if row is None:
        raise Http404
    return as_download(row)


def stored(by: Staff, rollout: Rollout, upload: File[bytes] | None) -> StoredFile | None:
    """The chosen file as a row; what is wrong with it is told beside its field. Call it in the transaction that uses it."""
    if upload is None:
        return None
    try:
        return store_file(by=by, county=rollout.county.code, name=upload.name or "", content=content_of(upload), now=timezone.now())
    except ValidationError as error:
        raise ValidationError(
            {"file": ValidationError(error.messages, code=error.code if hasattr(error, "code") else None)}
        ) from error
