"""What no schema can say: which well-formed questions are refused all the same, and by which code."""

import json
import os

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
    "text without the character U+0000",
    # A pattern says most of it, and no pattern all.
    "an e-mail address of at most 254 characters",
    "a name of 1 to 100 characters",
    # What is missing has no listing, and words instead.
    "what is missing, and where",
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


@schemathesis.serializer("text/csv", "application/x-ndjson")
def as_it_is(context, value):
    """A file goes as it is."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """With credentials, what is asked for is there: the ids of the document's examples are those of real things."""
    there = os.environ.get("SCHEMATHESIS_THERE")
    if not there:
        return
    with open(there) as file:
        ids = json.load(file)["ids"]
    shown = {}
    for item in raw_schema["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                name = parameter["name"]
                example = parameter.get("example", "")
                # Public listings are shown by slugs.
                if parameter["in"] == "path" and name in ids and len(example) == 36:
                    shown[example] = ids[name]
                    parameter["schema"]["enum"] = [ids[name]]
                if name == "If-Match":
                    parameter["schema"]["enum"] = ['"1"', '"2"', '"3"']
    text = json.dumps(raw_schema)
    for example, real in shown.items():
        text = text.replace(example, real)
    raw_schema.clear()
    raw_schema.update(json.loads(text))
