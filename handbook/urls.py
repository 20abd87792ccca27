"""Addresses of the handbook."""

from django.urls import URLPattern, URLResolver, path

from handbook.views import keeping, orientation, reading, replies, replies_exchange, versions, writing

app_name = "handbook"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", reading.contents, name="contents"),
    path("kaikki/", reading.whole, name="whole"),
    path("kasikirja.pdf", reading.whole_pdf, name="whole_pdf"),
    path("kuva/<uuid:picture>/", reading.picture, name="picture"),
    path("luku/<slug:key>/", reading.chapter, name="chapter"),
    path("luettu/<uuid:version>/", reading.read, name="read"),
    path("luku/<slug:key>/muokkaa/", writing.edit, name="edit"),
    path("kuva/", writing.picture, name="picture_new"),
    path("luku/<slug:key>/historia/", versions.history, name="history"),
    path("luku/<slug:key>/erot/", versions.difference, name="difference"),
    path("versio/<uuid:version>/", versions.version, name="version"),
    path("yllapito/", keeping.work, name="work"),
    path("luku/<slug:key>/vastuut/", keeping.arrange, name="arrange"),
    path("luku/<slug:key>/tarkistettu/", keeping.reviewed, name="reviewed"),
    path("luku/<slug:key>/palaute/", keeping.remark, name="remark"),
    path("palaute/<uuid:remark>/", keeping.settle, name="settle"),
from handbook.views import keeping, orientation, reading, replies, replies_exchange, versions, writing
]
