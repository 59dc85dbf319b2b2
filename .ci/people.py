"""Makes an administrator with a second factor and an owner with something to keep, in a Haven that runs.

Usage: people.py ADDRESS FOLDER_OF_LETTERS. Prints, as JSON, the token of each and the ids of what there is, so that what
asks can ask for something that is there. The administrator was made by `haven administrator head@example.org` before.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import re
import struct
import sys
import time
import urllib.request

PASSWORD = "seven quiet lanterns"
PATIENCE_S = 60


class Asker:
    """Asks with a token, once there is one."""

    def __init__(self, address):
        self.address = address
        self.token = None

    def ask(self, method, path, body=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        with urllib.request.urlopen(request, timeout=30) as reply:
            text = reply.read()
            return json.loads(text) if text else None

    def sign_in(self, email):
        given = {"email": email, "password": PASSWORD}
        self.token = self.ask("POST", "/v1/sessions", given)["token"]


def link_to(letters, email):
    """The way in that a letter holds; the letter may be on its way still."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_S:
        for letter in sorted(letters.glob("*"), reverse=True):
            text = letter.read_text(errors="replace").replace("=\n", "")
            link = re.search(r"/v1/links/[A-Za-z0-9_-]+", text)
            if f"To: {email}" in text and link:
                return link.group(0)
        time.sleep(0.1)
    sys.exit(f"no letter to {email} came")


def code(secret):
    """What an authenticator app would show now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def text(words):
    return {"source": "en", "text": {"en": words}}


def listing(slug, **more):
    body = {"slug": slug, "name": text(slug), "summary": text("Somebody listens."), **more}
    body["contacts"] = [{"channel": "email", "value": "team@example.org"}]
    return body


def main():
    address, letters = sys.argv[1], pathlib.Path(sys.argv[2])
    head, owner = Asker(address), Asker(address)
    head.ask("POST", link_to(letters, "head@example.org"), {"password": PASSWORD})
    head.sign_in("head@example.org")
    secret = head.ask("POST", "/v1/me/second-factor", {"password": PASSWORD})["secret"]
    head.ask("POST", "/v1/me/second-factor/confirmation", {"code": code(secret)})

    new = {"email": "owner@example.org", "name": "Rima Akter"}
    owner.ask("POST", "/v1/accounts", new)
    owner.ask("POST", link_to(letters, "owner@example.org"), {"password": PASSWORD})
    owner.sign_in("owner@example.org")
    made = owner.ask(
        "POST",
        "/v1/organisations",
        {
            "organisation": listing("asked-much", organisation_details={"kind": "ngo"}),
            "hubs": [
                listing("asked-room", hub_details={"kind": "drop_in"}),
                listing("typed-room", hub_details={"kind": "drop_in"}),
            ],
        },
    )
    organisation, room, typed = made["organisation"], *made["hubs"]
    for draft in (organisation, room):
        owner.ask("POST", f"/v1/drafts/{draft['id']}/submission", If_Match='"1"')
        head.ask("POST", f"/v1/drafts/{draft['id']}/approval", If_Match='"2"')
    row = listing("third-room", kind="hub", hub_details={"kind": "drop_in"})
    batches = f"/v1/organisations/{organisation['listing']}/batches"
    batch = owner.ask("POST", batches, row, Content_Type="application/x-ndjson")
    me = owner.ask("GET", "/v1/me")
    report = {"listing": room["listing"], "topic": "closed", "words": "It is shut."}
    owner.ask("POST", "/v1/reports", report)
    reports = head.ask("GET", "/v1/moderation/reports")["items"]
    json.dump(
        {
            "tokens": {"administrator": head.token, "owner": owner.token},
            "ids": {
                "draft": typed["id"],
                "organisation": organisation["listing"],
                "listing": room["listing"],
                "batch": batch["id"],
                "account": me["account"],
                "report": reports[0]["id"],
            },
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
