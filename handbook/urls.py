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
    path("kuvat/", writing.pictures, name="pictures"),
    path("luku/<slug:key>/historia/", versions.history, name="history"),
    path("luku/<slug:key>/erot/", versions.difference, name="difference"),
    path("versio/<uuid:version>/", versions.version, name="version"),
    path("yllapito/", keeping.work, name="work"),
    path("luku/<slug:key>/vastuut/", keeping.arrange, name="arrange"),
    path("luku/<slug:key>/tarkistettu/", keeping.reviewed, name="reviewed"),
    path("luku/<slug:key>/palaute/", keeping.remark, name="remark"),
    path("palaute/<uuid:remark>/", keeping.settle, name="settle"),
    path("pikavastaukset/", replies.replies, name="replies"),
    path("pikavastaukset/uusi/", replies.new, name="reply_new"),
    path("pikavastaukset/tuloste/", replies.printout, name="replies_print"),
    path("pikavastaukset/samankaltaiset/", replies.near, name="replies_near"),
    path("pikavastaukset/vie.<slug:kind>", replies_exchange.export, name="replies_export"),
    path("pikavastaukset/tuo/", replies_exchange.take_in, name="replies_import"),
    path("pikavastaukset/ehdotus/<uuid:proposal>/", replies.decide, name="reply_proposal"),
    path("pikavastaukset/<uuid:reply>/", replies.reply, name="reply"),
    path("pikavastaukset/<uuid:reply>/tila/", replies.move, name="reply_move"),
    path("perehdytys/", orientation.own, name="orientation"),
    path("perehdytys/kysymykset/<uuid:version>/", orientation.check, name="check"),
    path("perehdytys/koulutus/<uuid:training>/", orientation.trained, name="trained"),
    path("perehdytys/ryhma/<slug:key>/", orientation.group, name="group"),
    path("perehdytys/ryhma/<slug:key>/tallenna/", orientation.arrange, name="group_save"),
]
