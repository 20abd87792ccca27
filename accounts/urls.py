"""Addresses of signing in and of a person's own account, by allauth's names; public sign-up and e-mail change have none."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path, re_path

from accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.own_account, name="account"),
    path("kirjaudu/", account.login, name="account_login"),
    path("kirjaudu-ulos/", account.logout, name="account_logout"),
    path("suljettu/", account.account_inactive, name="account_inactive"),
    # Allauth names this address on its sign-in page; it says that accounts are opened by a main user.
    path("uusi/", account.signup, name="account_signup"),
    path("vahvista/", account.reauthenticate, name="account_reauthenticate"),
    path("salasana/", account.password_change, name="account_change_password"),
    path("salasana/ensimmainen/", account.password_set, name="account_set_password"),
    path("salasana/unohtunut/", account.password_reset, name="account_reset_password"),
    path("salasana/unohtunut/lahetetty/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^salasana/uusi/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("salasana/uusi/valmis/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("kaksivaiheinen/", include("allauth.mfa.urls")),
    path("istunnot/<int:pk>/lopeta/", views.end_session, name="account_end_session"),
    path("istunnot/", include("allauth.usersessions.urls")),
]
