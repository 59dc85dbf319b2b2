"""What no schema can say: which well-formed questions are refused all the same, and by which code; what there is to be asked
for; and which operations were ever answered otherwise than by a refusal."""

import json
import os

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

# Of the whole question: the cursor was not given out for it, the address became too long, or what is called a file of text
# is none.
PROBLEMS = {"cursor_invalid", "cursor_expired", "resync_required", "uri_too_long", "encoding_invalid"}
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
    "a key without the character U+0000",
    "a number nearer to zero than 1e300",
    # A pattern says most of it, and no pattern all.
    "an e-mail address of at most 254 characters",
    "a name of 1 to 100 characters",
    # What is missing has no listing, and words instead.
    "what is missing, and where",
    # Of several values that may be absent at least one is needed, or one where another says so.
    "what is to change",
    "a listing to change, a draft to go on with, or the organisation of a new one",
    "hub, support_group or helpline",
    "why it is yours to keep, or by_mail",
    "why it is not theirs to keep",
    "the id of the listing that stands for it",
    "where it moved, or a note that says so",
    "each value once",
)

# Bodies that are text, and no JSON.
FILES = ("text/csv", "application/x-ndjson")

# What no address of HTTP may be longer than here, in bytes: it is refused before there is a question to the API.
LONGEST_ADDRESS = 65_534


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A refusal of such a question is right if its problem names nothing else."""
    if len(response.request.path_url) > LONGEST_ADDRESS:
        return response.status_code not in (400, 431)
    if isinstance(failure, AcceptedNegativeData):
        # Whatever is sent as text is text.
        return case.media_type not in FILES or "in body" not in failure.message
    if not isinstance(failure, RejectedPositiveData):
        return True
    problem = response.json()
    errors = problem.get("errors", [])
    right = [entry["code"] in FAULTS or entry["expected"].startswith(EXPECTED) for entry in errors]
    return problem["code"] not in PROBLEMS and not (right and all(right))


@schemathesis.serializer(*FILES)
def as_it_is(context, value):
    """A file goes as it is."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


def there():
    """What there is for whoever asks, by operation; see people.py."""
    with open(os.environ["SCHEMATHESIS_THERE"]) as file:
        return json.load(file)["there"][os.environ["SCHEMATHESIS_WHO"]]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """What is asked for is there, in the version that is asked for, and the first question is one that can be answered."""
    things = there()
    for item in raw_schema["paths"].values():
        for operation in item.values():
            known = {**things.get("*", {}), **things.get(operation["operationId"], {})}
            for parameter in operation.get("parameters", []):
                name = parameter["name"]
                # Public listings are shown by slugs.
                by_slug = parameter["in"] == "path" and len(parameter.get("example", "")) != 36
                if parameter["in"] == "path" and name in known and not (by_slug and name != "link"):
                    parameter["example"] = known[name]
                    parameter["schema"]["enum"] = [known[name]]
                if name == "If-Match":
                    versions = [known["seen"]] if "seen" in known else [1, 2, 3]
                    parameter["schema"]["enum"] = [f'"{version}"' for version in versions]
                    parameter["example"] = parameter["schema"]["enum"][0]
            if "body" in known:
                for media_type, content in operation["requestBody"]["content"].items():
                    # A text is a row of a file.
                    if isinstance(known["body"], str) == (media_type == "application/x-ndjson"):
                        content["example"] = known["body"]


@schemathesis.hook
def after_call(context, case, response):
    """Keeps which operation succeeded; what is asked with another method is none."""
    asked = case.method.upper() == case.operation.method.upper()
    if asked and response.status_code < 300:
        with open(os.environ["SCHEMATHESIS_ANSWERED"], "a") as file:
            file.write(case.operation.label + "\n")
