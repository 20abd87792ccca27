"""Addresses of the figures, under /raportit/."""

from django.urls import path

from reports.views import external, feedback, files, improvement, month, notes, period, review, revising, rows, selection, targets

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
    path("luvut/<slug:key>/", external.figures, name="external"),
    path("luvut/<slug:key>/tiedosto/", external.bring_in, name="external_file"),
    path("luvut/<slug:key>/pohja/<slug:kind>/", external.empty, name="external_sheet"),
    path("mittarit/<slug:key>/", selection.selection, name="selection"),
]
