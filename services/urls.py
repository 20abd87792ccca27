"""Addresses of surveys."""

from django.urls import URLPattern, URLResolver, path

from services.views import survey_answers, survey_import, survey_questions, survey_results, surveys

app_name = "surveys"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", surveys.surveys, name="surveys"),
    path("uusi/", surveys.new, name="new"),
    path("<uuid:survey>/", surveys.survey, name="survey"),
    path("<uuid:survey>/muuta/", surveys.change, name="change"),
    path("<uuid:survey>/julkaise/", surveys.publish, name="publish"),
    path("<uuid:survey>/sulje/", surveys.close, name="close"),
    path("<uuid:survey>/poista/", surveys.delete, name="delete"),
    path("<uuid:survey>/uusi-kierros/", surveys.repeat, name="repeat"),
    path("<uuid:survey>/kysymys/", survey_questions.new, name="question_new"),
    path("<uuid:survey>/kysymys/<uuid:question>/", survey_questions.question, name="question"),
    path("<uuid:survey>/kysymys/<uuid:question>/paikka/", survey_questions.place, name="question_place"),
    path("<uuid:survey>/tuo/", survey_import.answers, name="import"),
    path("<uuid:survey>/tuo/pohja.<slug:kind>", survey_import.sheet, name="import_sheet"),
    path("<uuid:survey>/tuo/pois/", survey_import.take_out, name="import_out"),
    path("<uuid:survey>/vastaa/", survey_answers.answer, name="answer"),
    path("<uuid:survey>/tulokset.<slug:kind>", survey_results.table, name="table"),
    path("<uuid:survey>/sanat/", survey_results.own_words, name="own_words"),
]
