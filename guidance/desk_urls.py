"""Addresses of the author's desk."""

from django.urls import URLPattern, URLResolver, path

from guidance.views import (
    desk_exchange,
    desk_library,
    desk_moves,
    desk_page,
    desk_preview,
    desk_question,
    desk_teaching,
    desk_use,
    desk_write,
)

app_name = "paths"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk_library.library, name="library"),
    path("opit/", desk_teaching.teaching, name="teaching"),
    path("opit/haku/", desk_teaching.settle, name="settle_search"),
    path("opit/luku/<slug:figure>/", desk_use.behind, name="behind"),
    path("uusi/", desk_library.new, name="new"),
    path("kysymyksesta/<uuid:conversation>/", desk_question.of_question, name="of_question"),
    path("aiheesta/<slug:service>/<slug:key>/", desk_question.of_topic, name="of_topic"),
    path("vie.yaml", desk_exchange.export_all, name="export_all"),
    path("vie-kaikki.<str:kind>", desk_exchange.export_all, name="export_all_as"),
    path("tuo/", desk_exchange.take_in, name="import"),
    path("esikatselu/<str:token>/", desk_preview.preview, name="preview"),
    path("esikatselu/<str:token>/vastaus/", desk_preview.answer, name="preview_answer"),
    path("esikatselu/<str:token>/ihminen/", desk_preview.human, name="preview_human"),
    path("esikatselu/<str:token>/loppu/", desk_preview.end, name="preview_end"),
    path("polku/<slug:slug>/", desk_page.page, name="path"),
    path("polku/<slug:slug>/kaytto/", desk_use.use, name="use"),
    path("polku/<slug:slug>/asetukset/", desk_write.settings, name="settings"),
    path("polku/<slug:slug>/lisaa/", desk_write.add, name="add"),
    path("polku/<slug:slug>/kohta/<slug:key>/", desk_write.node, name="node"),
    path("polku/<slug:slug>/kohta/<slug:key>/poista/", desk_write.node_out, name="node_out"),
    path("polku/<slug:slug>/tapaus/", desk_write.walk, name="walk"),
    path("polku/<slug:slug>/kopioi/", desk_library.copy, name="copy"),
    path("polku/<slug:slug>/siirra/", desk_moves.move, name="move"),
    path("polku/<slug:slug>/poista-luonnos/", desk_moves.draft_out, name="draft_out"),
    path("polku/<slug:slug>/lopeta/", desk_moves.retire, name="retire"),
    path("polku/<slug:slug>/vastuut/", desk_moves.arrange, name="arrange"),
    path("polku/<slug:slug>/erot/", desk_page.difference, name="difference"),
    path("polku/<slug:slug>/vie.yaml", desk_exchange.export_one, name="export"),
    path("polku/<slug:slug>/vie-taulukkona.<str:kind>", desk_exchange.export_one, name="export_as"),
]
