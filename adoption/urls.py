"""Addresses of adoption."""

from django.urls import URLPattern, URLResolver, path

from adoption.views import calendar, files, improvements, meetings, work_rows

app_name = "adoption"
urlpatterns: list[URLPattern | URLResolver] = [
    path("<uuid:rollout>/kokoukset/", meetings.meetings, name="meetings"),
    path("<uuid:rollout>/kokoukset/uusi/", meetings.new, name="meeting_new"),
    path("<uuid:rollout>/kokoukset/<uuid:meeting>/", meetings.meeting, name="meeting"),
    path("<uuid:rollout>/kokoukset/<uuid:meeting>/muuta/", meetings.change, name="meeting_change"),
    path("<uuid:rollout>/viestinta/", work_rows.listing("communication"), name="communication"),
    path("<uuid:rollout>/viestinta/uusi/", work_rows.adding("communication"), name="communication_new"),
    path("<uuid:rollout>/viestinta/<uuid:row>/", work_rows.changing("communication"), name="communication_row"),
    path("<uuid:rollout>/riskit/", work_rows.listing("risks"), name="risks"),
    path("<uuid:rollout>/riskit/uusi/", work_rows.adding("risks"), name="risks_new"),
    path("<uuid:rollout>/riskit/<uuid:row>/", work_rows.changing("risks"), name="risks_row"),
    path("<uuid:rollout>/paivakirja/", work_rows.listing("diary"), name="diary"),
    path("<uuid:rollout>/paivakirja/uusi/", work_rows.adding("diary"), name="diary_new"),
    path("<uuid:rollout>/paivakirja/<uuid:row>/", work_rows.changing("diary"), name="diary_row"),
    path("<uuid:rollout>/jarjestelmat/", work_rows.listing("systems"), name="systems"),
    path("<uuid:rollout>/jarjestelmat/uusi/", work_rows.adding("systems"), name="systems_new"),
    path("<uuid:rollout>/jarjestelmat/<uuid:row>/", work_rows.changing("systems"), name="systems_row"),
    path("<uuid:rollout>/jasenet/", work_rows.listing("members"), name="members"),
    path("<uuid:rollout>/jasenet/uusi/", work_rows.adding("members"), name="members_new"),
    path("<uuid:rollout>/jasenet/<uuid:row>/", work_rows.changing("members"), name="members_row"),
    path("<uuid:rollout>/ideat/", improvements.improvements, name="improvements"),
    path("<uuid:rollout>/ideat/<uuid:improvement>/", improvements.improvement, name="improvement"),
    path("<uuid:rollout>/ideat/<uuid:improvement>/aani/", improvements.vote, name="improvement_vote"),
    path("<uuid:rollout>/kalenteri/", calendar.calendar, name="calendar"),
    path("<uuid:rollout>/liite/<uuid:attachment>/", files.attachment, name="attachment"),
    path("<uuid:rollout>/tehtava/<uuid:item>/liitteet/", files.attachments, name="attachments"),
    path("<uuid:rollout>/kansikuva/", files.cover, name="cover"),
    path("<uuid:rollout>/kansikuva/kuva/", files.cover_image, name="cover_image"),
]
