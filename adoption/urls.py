"""Addresses of adoption."""

from django.urls import URLPattern, URLResolver, path

from adoption.views import gates, items, model_forms, rollout, rollouts

app_name = "adoption"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", rollouts.rollouts, name="rollouts"),
    path("uusi/", rollouts.start, name="start"),
    path("<uuid:rollout>/", rollout.rollout, name="rollout"),
    path("<uuid:rollout>/kortti/", rollouts.card, name="card"),
    path("<uuid:rollout>/lopeta/", rollouts.end, name="end"),
    path("<uuid:rollout>/kysymys/", rollout.answer, name="answer"),
    path("<uuid:rollout>/uudet-tehtavat/", rollout.adopt, name="adopt"),
    path("<uuid:rollout>/tehtava/<uuid:item>/", items.item, name="item"),
    path("<uuid:rollout>/lomake/<slug:form>/", model_forms.model_form, name="form"),
    path("<uuid:rollout>/portti/<slug:gate>/", gates.gate, name="gate"),
    path("<uuid:rollout>/portti/<slug:gate>/muistio/", gates.memo, name="memo"),
    path("<uuid:rollout>/portti/<slug:gate>/ehto/", gates.condition, name="condition"),
]
