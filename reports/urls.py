"""Addresses of the figures, under /raportit/."""

from django.urls import path

from reports.views import feedback, improvement, month, review, selection, targets

app_name = "reports"
urlpatterns = [
    path("", month.month, name="month"),
    path("taulukko.csv", month.table, name="table"),
    path("tarkastelu/<slug:key>/<str:month>/", review.review, name="review"),
    path("toimet/<uuid:key>/", improvement.improvement, name="improvement"),
    path("palaute/", feedback.inbox, name="feedback"),
    path("palaute/<uuid:conversation>/", feedback.mark, name="feedback_mark"),
    path("palaute/<uuid:conversation>/kehittaminen/", feedback.improve, name="feedback_improve"),
    path("tavoitteet/<slug:key>/", targets.targets, name="targets"),
    path("tavoitteet/<slug:key>/paata/", targets.end, name="target_end"),
    path("mittarit/<slug:key>/", selection.selection, name="selection"),
]
