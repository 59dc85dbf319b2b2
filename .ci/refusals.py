"""What no schema can say: which well-formed questions are refused all the same, and by which code."""

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData

# Of the whole question: the cursor was not given out for it, or the address became too long.
PROBLEMS = {"cursor_invalid", "cursor_expired", "resync_required", "uri_too_long"}
# Of a value: it names what is not there, or contradicts another value of the same question.
FAULTS = {"not_found", "contradiction"}
# Of a value as well: two letters that are no country's, a box that is upside down, and the one character that no text
# here may hold.
EXPECTED = (
    "an ISO 3166-1 alpha-2 country code",
    "a south that is at most the north",
    "UTF-8 in whole percent escapes",
    "text without NUL",
)

# What no address of HTTP may be longer than here, in bytes: it is refused before there is a question to the API.
LONGEST_ADDRESS = 65_534


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A refusal of such a question is right if its problem names nothing else."""
    if len(response.request.path_url) > LONGEST_ADDRESS:
        return response.status_code not in (400, 431)
    if not isinstance(failure, RejectedPositiveData):
        return True
    problem = response.json()
    errors = problem.get("errors", [])
    right = [entry["code"] in FAULTS or entry["expected"].startswith(EXPECTED) for entry in errors]
    return problem["code"] not in PROBLEMS and not (right and all(right))
