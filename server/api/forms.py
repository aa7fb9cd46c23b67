"""Forms: that one was made by us, for this very browser."""

from __future__ import annotations

from fastapi import Request

from server.access.callers import Visit
from server.access.tokens import is_form_token
from server.api.problems import Problem, is_for_machines

FIELD = "csrf"
"""Hidden field of every form that changes something."""

HEADER = "X-CSRF-Token"
"""The same for requests that a script makes."""

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

TOO_OLD = "This form is too old, or was not made here. Go back, load the page again, and send it once more."


async def form_is_ours(request: Request) -> None:
    """Refuse a change that comes with a browser's cookie but without the form's token.

    A program that shows its token in a header needs none: no browser adds that by itself.

    Raises:
        Problem: 403.
    """
    visit: Visit = request.state.visit
    if visit.caller is not None and visit.caller.kind == "token" and not visit.form_token:
        return
    given = request.headers.get(HEADER)
    # Not at the API's addresses: their handlers read the body themselves, and it can be read but once.
    is_form = request.headers.get("content-type", "").startswith(_FORMS)
    if given is None and is_form and not is_for_machines(request):
        field = (await request.form()).get(FIELD)
        given = field if isinstance(field, str) else None
    if not visit.secret or not given or not is_form_token(given, visit.secret):
        raise Problem(403, TOO_OLD)
