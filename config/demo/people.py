"""The people of the demonstration: accounts, roles and places in the responder groups."""

from __future__ import annotations

from datetime import datetime

from accounts.actors import System
from accounts.models import User
from accounts.operations import create_person, grant_role
from config.demo.reading import PeopleFile
from services.models import County, Membership, ResponderGroup, Service
from services.operations import create_row


def write_people(*, by: System, county: County, content: PeopleFile, since: datetime) -> list[User]:
    """One account or more for every role, all with the same password: only for a demonstration county."""
    groups = {row.key: row for row in ResponderGroup.objects.filter(county=county)}
    services = {row.key: row for row in Service.objects.filter(county=county)}
    made = []
    for row in content.people:
        user = create_person(
            by=by,
            county=county.code,
            email=row.address,
            first_name=row.first_name,
            last_name=row.last_name,
            display_name=row.display_name,
            display_name_sv=row.display_name_sv,
            display_name_en=row.display_name_en,
            language=row.language,
            password=content.password,
        )
        for grant in row.grants:
            scopes = [None] if grant.services is None else [services[key].public_id for key in grant.services]
            for scope in scopes:
                grant_role(by=by, user_id=user.pk, role=grant.role, county=county.code, service_id=scope, valid_from=since)
        for key in row.groups:
            create_row(by=by, row=Membership(group=groups[key], user=user), source="demo")
        made.append(user)
    return made
