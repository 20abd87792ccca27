"""Addresses of the figures, under /raportit/."""

from django.urls import path

from reports.views import (
    feedback,
    files,
    improvement,
    month,
    notes,
    period,
    quality,
    review,
    revising,
    rows,
    selection,
    staffing,
    targets,
    wishes,
)

app_name = "reports"
urlpatterns = [
    path("", month.month, name="month"),
    path("jakso/", period.period, name="period"),
    path("vuosi/", period.year, name="year"),
    path("taulukko.csv", files.table, name="table"),
    path("raportti.json", files.data, name="data"),
    path("raportti.xlsx", files.workbook_file, name="workbook"),
    path("raportti.pdf", files.paper_file, name="paper"),
    path("muistiinpanot/uusi/", notes.new, name="new_note"),
    path("muistiinpanot/<uuid:note>/", notes.note, name="note"),
    path("muistiinpanot/<uuid:note>/poista/", notes.delete, name="delete_note"),
    path("revisio/", revising.revise, name="revise"),
    path("rivit/<slug:metric>/", rows.rows, name="rows"),
    path("aineisto/", rows.dataset, name="dataset"),
    path("aineisto/<slug:kind>/", rows.dataset_file, name="dataset_file"),
    path("tarkastelu/<slug:key>/<str:month>/", review.review, name="review"),
    path("toimet/<uuid:key>/", improvement.improvement, name="improvement"),
    path("palaute/", feedback.inbox, name="feedback"),
    path("palaute/<uuid:conversation>/", feedback.mark, name="feedback_mark"),
    path("palaute/<uuid:conversation>/kehittaminen/", feedback.improve, name="feedback_improve"),
    path("tavoitteet/<slug:key>/", targets.targets, name="targets"),
    path("tavoitteet/<slug:key>/paata/", targets.end, name="target_end"),
    path("mitoitus/", staffing.staffing, name="staffing"),
    path("mitoitus/<slug:kind>/", staffing.staffing_file, name="staffing_file"),
    path("vuorotoiveet/", wishes.wishes, name="wishes"),
    path("vuorotoiveet/<uuid:wish>/peru/", wishes.take_back, name="wish_back"),
    path("laatu/omat/", quality.own, name="quality_own"),
    path("laatu/<slug:key>/<str:month>/", quality.sample, name="quality"),
    path("laatu/<slug:key>/<str:month>/<uuid:conversation>/", quality.check, name="quality_check"),
    path("laatu/<slug:key>/<str:month>/tulokset/<slug:kind>/", quality.results_file, name="quality_file"),
    path("mittarit/<slug:key>/", selection.selection, name="selection"),
]
