"""Addresses of the guide. The state of a walk stands in the address: the version, the trail, what came before, the session."""

from django.urls import URLPattern, URLResolver, path

from guidance.views import desk_moved, feedback, handover, listing, searching, steps

app_name = "guidance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", listing.paths, name="paths"),
    path("omaolo/", listing.symptom_checks, name="symptom_checks"),
    path("haku/", searching.search, name="search"),
    path("haku/ehdotukset/", searching.suggestions, name="suggest"),
    path("<slug:slug>/", desk_moved.first, name="path"),
    path("<slug:slug>/<slug:mark>/", desk_moved.step, name="step"),
    path("<slug:slug>/<slug:mark>/vastaus/", steps.answer, name="answer"),
    path("<slug:slug>/<slug:mark>/ihminen/", steps.human, name="human"),
    path("<slug:slug>/<slug:mark>/chat/<str:queue>/", handover.chat, name="chat"),
    path("<slug:slug>/<slug:mark>/palaute/", feedback.feedback, name="feedback"),
]
