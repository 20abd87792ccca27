"""Addresses of the figures, under /raportit/."""

from django.urls import path

from reports.views import month

app_name = "reports"
urlpatterns = [
    path("", month.month, name="month"),
    path("taulukko.csv", month.table, name="table"),
]
