"""The pages of a person's own account, and how a stored file leaves the portal."""

from urllib.parse import quote

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import operations
from accounts.adapters import landing_address
from accounts.forms import OwnAccountForm
from accounts.models import Grant, StoredFile, User
from accounts.origin import actor_of


def as_download(file: StoredFile) -> HttpResponse:
    """A stored file as it leaves the portal: to be saved, never opened as a page of ours. Who may have it is asked before."""
    response = HttpResponse(bytes(file.content), content_type=file.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def own_account(request: HttpRequest) -> HttpResponse:
    """A person sees her own rights and changes her shown name and language."""
    assert isinstance(request.user, User)
    user, actor = request.user, actor_of(request)
    form = OwnAccountForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_person(by=actor, user_id=user.pk, version=None, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            with translation.override(form.cleaned_data["language"]):
                messages.success(request, _("Saved."))
                return redirect("account")
    grants = Grant.objects.valid().filter(user_id=user.pk)
    return render(request, "account/own.html", {"form": form, "grants": grants, "landing": landing_address(user)})


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one of the person's own sessions; another's is as if it didn't exist."""
    try:
        operations.end_session(by=actor_of(request), session_id=pk)
    except UserSession.DoesNotExist:
        messages.info(request, _("That session had already ended."))
    else:
        messages.success(request, _("The session has been ended."))
    return redirect("usersessions_list")
