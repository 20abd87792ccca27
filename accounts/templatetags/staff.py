"""What pages of the staff ask about the person in whose name they are shown."""

from typing import Any

from django import template

from accounts.permissions import may_enter_admin

register = template.Library()


@register.simple_tag(takes_context=True)
def admin_door(context: dict[str, Any]) -> bool:
    """Whether the admin opens to the person: asked from her grants, to show the link or not."""
    return may_enter_admin(getattr(context.get("request"), "actor", None))
