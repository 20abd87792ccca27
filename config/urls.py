"""Addresses of the portal. Every page has its language in the path; machines' addresses have none."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from adoption.views import calendar
from config.views import (
    embed,
    errors,
    health,
    home,
    information,
    notices,
    robots,
    search,
    service,
    status,
    style,
    surveys,
    units,
)
from handbook.views import guide

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("robots.txt", robots.robots, name="robots"),
    path("favicon.ico", robots.favicon, name="favicon"),
    path("brand/<slug:slug>-<str:digest>.css", style.brand, name="brand"),
    path("api/status/<slug:slug>.json", status.public_status, name="public_status"),
    path("upota.js", embed.script, name="embed_script"),
    path("p/<slug:key>/", service.short_link, name="short_link"),
    path("p/<slug:key>/qr.svg", service.qr_code, name="qr_code"),
    path("kalenteri/<str:token>.ics", calendar.feed, name="calendar_feed"),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("tiedotteet/", notices.notices, name="notices"),
        path("haku/", search.search, name="search"),
        path("yksikot/", units.units, name="units"),
        path("palvelu/<slug:key>/", service.service, name="service"),
        path("upota/<slug:key>.json", embed.state, name="embed_state"),
        path("palvelu/<slug:key>/tulosta/", service.service_print, name="service_print"),
        path("opas/kuva/<uuid:picture>/", guide.picture, name="guide_picture"),
        path("opas/<slug:key>/", guide.guide, name="guide"),
        path("kysely/<uuid:survey>/", surveys.public_survey, name="public_survey"),
        path("kyselyt/", include("services.urls")),
        path("saavutettavuus/", information.accessibility, name="accessibility"),
        path("tietosuoja/", information.privacy, name="privacy"),
        path("tekstikoko/", style.text_size, name="text_size"),
        path("apuri/", include("guidance.urls")),
        path("ohjauspolut/", include("guidance.desk_urls")),
        path("", include("chat.urls")),
        path("tili/", include("accounts.urls")),
        path("kasikirja/", include("handbook.urls")),
        path("raportit/", include("reports.urls")),
        path("kayttoonotto/", include("adoption.urls")),
        path("hallinta/", admin.site.urls),
        prefix_default_language=True,
    ),
]
