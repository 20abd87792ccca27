"""Addresses of surveys, and of the help forms that the main user makes."""

from django.urls import URLPattern, URLResolver, path

from services.views import help_forms, survey_answers, survey_import, survey_questions, survey_results, surveys

app_name = "surveys"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", surveys.surveys, name="surveys"),
    path("uusi/", surveys.new, name="new"),
    path("pyyda-apua/", help_forms.help_forms, name="help_forms"),
    path("pyyda-apua/uusi/<uuid:service>/", help_forms.new, name="help_form_new"),
    path("pyyda-apua/<uuid:form>/", help_forms.help_form, name="help_form"),
    path("pyyda-apua/<uuid:form>/julkaise/", help_forms.publish, name="help_form_publish"),
    path("pyyda-apua/<uuid:form>/kentta/", help_forms.field, name="help_field_new"),
    path("pyyda-apua/<uuid:form>/kentta/<uuid:field>/", help_forms.field, name="help_field"),
    path("pyyda-apua/<uuid:form>/kentta/<uuid:field>/paikka/", help_forms.place, name="help_field_place"),
    path("<uuid:survey>/", surveys.survey, name="survey"),
    path("<uuid:survey>/muuta/", surveys.change, name="change"),
    path("<uuid:survey>/julkaise/", surveys.publish, name="publish"),
    path("<uuid:survey>/sulje/", surveys.close, name="close"),
    path("<uuid:survey>/poista/", surveys.delete, name="delete"),
    path("<uuid:survey>/uusi-kierros/", surveys.repeat, name="repeat"),
    path("<uuid:survey>/kysymys/", survey_questions.new, name="question_new"),
    path("<uuid:survey>/kysymys/helppous/", survey_questions.ease, name="question_ease"),
    path("<uuid:survey>/kysymys/<uuid:question>/", survey_questions.question, name="question"),
    path("<uuid:survey>/kysymys/<uuid:question>/paikka/", survey_questions.place, name="question_place"),
    path("<uuid:survey>/tuo/", survey_import.answers, name="import"),
    path("<uuid:survey>/tuo/pohja.<slug:kind>", survey_import.sheet, name="import_sheet"),
    path("<uuid:survey>/tuo/pois/", survey_import.take_out, name="import_out"),
    path("<uuid:survey>/vastaa/", survey_answers.answer, name="answer"),
    path("<uuid:survey>/tulokset.<slug:kind>", survey_results.table, name="table"),
    path("<uuid:survey>/sanat/", survey_results.own_words, name="own_words"),
]
