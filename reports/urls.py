"""Addresses of the figures, under /raportit/."""

from django.urls import path

from reports.views import month, review, selection

app_name = "reports"
urlpatterns = [
    path("", month.month, name="month"),
    path("taulukko.csv", month.table, name="table"),
    path("tarkastelu/<slug:key>/<str:month>/", review.review, name="review"),
    path("mittarit/<slug:key>/", selection.selection, name="selection"),
]
