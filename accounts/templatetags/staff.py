"""What pages of the staff ask about the person in whose name they are shown."""

from typing import Any

from django import template

from accounts.choices import ADMIN_DOOR_ROLES
from accounts.devices import device_of
from accounts.menu import roles_on_page

register = template.Library()

register.filter("device", device_of)


@register.simple_tag(takes_context=True)
def admin_door(context: dict[str, Any]) -> bool:
    """Whether the admin opens to the person: asked from her grants, to show the link or not."""
    return not roles_on_page(context.get("request"), anywhere=True).isdisjoint(ADMIN_DOOR_ROLES)
