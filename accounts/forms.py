"""The forms of signing in and of a person's own account: allauth's, with plain labels and no hints inside the fields."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Present password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "code": _("Code"),
    "name": _("Name of the key"),
}


class PlainLabels:
    """A label above each field, in the portal's own words."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in ("password", "oldpassword"):
                field.help_text = ""


class SignInForm(PlainLabels, account.LoginForm):
    """E-mail and password."""


class ForgottenPasswordForm(PlainLabels, account.ResetPasswordForm):
    """The address to which the link is sent."""


class NewPasswordForm(PlainLabels, account.ChangePasswordForm):
    """A new password by one who knows the present one."""


class FirstPasswordForm(PlainLabels, account.SetPasswordForm):
    """A password where there was none."""


class PasswordByLetterForm(PlainLabels, account.ResetPasswordKeyForm):
    """A new password by one who has the letter."""


class ConfirmPasswordForm(PlainLabels, account.ReauthenticateForm):
    """The password once more, before a sensitive change."""


class CodeForm(PlainLabels, second_factor.AuthenticateForm):
    """The code of the second step, or a recovery code."""


class ConfirmCodeForm(PlainLabels, second_factor.ReauthenticateForm):
    """The code once more, before a sensitive change."""


class ActivateAppForm(PlainLabels, totp.ActivateTOTPForm):
    """The first code of an authenticator app."""


class AddKeyForm(PlainLabels, webauthn.AddWebAuthnForm):
    """A security key and its name."""


class EditKeyForm(PlainLabels, webauthn.EditWebAuthnForm):
    """Another name for a security key."""


class OwnAccountForm(forms.ModelForm):
    """The shown names and the language; the rest is kept by a main user."""

    class Meta:
        model = User
        fields = ["display_name", "display_name_sv", "display_name_en", "language"]
