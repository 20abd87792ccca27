"""Makes the first main user of a county: everybody else's account and rights are then given by her in the admin."""

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import operations
from accounts.actors import System
from accounts.choices import Role


class Command(BaseCommand):
    help = "Makes the first main user of a county. Asks for the password, or reads it from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address with which she signs in")
        parser.add_argument("--county", required=True, help="the county's code")
        parser.add_argument("--first-name", required=True)
        parser.add_argument("--last-name", required=True)
        parser.add_argument("--language", choices=["fi", "sv", "en"], default="fi")

    def handle(self, *args: Any, **options: Any) -> None:
        password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        by = System("create_main_user")
        try:
            validate_password(password)
            with transaction.atomic():
                person = operations.create_person(
                    by=by,
                    county=options["county"],
                    email=options["email"],
                    first_name=options["first_name"],
                    last_name=options["last_name"],
                    language=options["language"],
                    password=password,
                )
                operations.grant_role(by=by, user_id=person.pk, role=Role.MAIN_USER, county=options["county"])
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        self.stdout.write(f"{person.email} is now a main user of {options['county']}.")
