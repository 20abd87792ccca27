"""Addresses of the figures, under /raportit/."""

from django.urls import path

from reports.views import files, month, notes, period, revising, rows

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
]
