"""Makes those who ask a Haven that runs, and what each of them can ask for so that the answer is no refusal.

Usage: people.py ADDRESS FOLDER_OF_LETTERS. Prints, as JSON, the token of each, and for each the ids and bodies of what
there is, by operation: what one question uses up is there for no other. The administrator was made by
`haven administrator head@example.org` before.
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
# A link that a letter says to send, and not to follow.
SHOWN = r'(?<={"link": ")[A-Za-z0-9_-]+'


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


READ = set()


def link_to(letters, email, link=r"/v1/links/[A-Za-z0-9_-]+"):
    """The way in that a letter holds which was not read before; it may be on its way still."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_S:
        for letter in sorted(set(letters.glob("*")) - READ):
            text = letter.read_text(errors="replace").replace("=\n", "")
            found = re.search(link, text)
            if f"To: {email}" in text and found:
                READ.add(letter)
                return found.group(0)
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


class Ground:
    """What there is, and the ways to make more of it."""

    def __init__(self, address, letters):
        self.address, self.letters = address, letters
        self.head, self.owner = Asker(address), self.register("owner@example.org")
        self.head.ask("POST", link_to(letters, "head@example.org"), {"password": PASSWORD})
        self.head.sign_in("head@example.org")
        secret = self.head.ask("POST", "/v1/me/second-factor", {"password": PASSWORD})["secret"]
        self.head.ask("POST", "/v1/me/second-factor/confirmation", {"code": code(secret)})
        self.made = 0
        self.organisation = None
        body = {"organisation": listing("asked-much", organisation_details={"kind": "ngo"})}
        organisation = self.owner.ask("POST", "/v1/organisations", body)["organisation"]
        self.hand_in(organisation["id"])
        self.approve(organisation["id"])
        self.organisation = organisation["listing"]
        # Of the seed, and kept by nobody: each for one question.
        self.groups = iter(self.owner.ask("GET", "/v1/support-groups?limit=20")["items"])

    def register(self, email):
        asker = Asker(self.address)
        asker.ask("POST", "/v1/accounts", {"email": email, "name": "Rima Akter"})
        asker.ask("POST", link_to(self.letters, email), {"password": PASSWORD})
        asker.sign_in(email)
        return asker

    def hub(self, **more):
        self.made += 1
        room = {"hub_details": {"kind": "drop_in"}, "cost": {"model": "free"}, **more}
        return listing(f"asked-room-{self.made}", **room)

    def typed(self):
        body = {"organisation": self.organisation, "kind": "hub", "body": self.hub()}
        return self.owner.ask("POST", "/v1/drafts", body)

    def hand_in(self, draft):
        self.owner.ask("POST", f"/v1/drafts/{draft}/submission", If_Match='"1"')
        return draft

    def handed_in(self):
        return self.hand_in(self.typed()["id"])

    def approve(self, draft):
        self.head.ask("POST", f"/v1/drafts/{draft}/approval", If_Match='"2"')

    def public(self):
        draft = self.typed()
        self.approve(self.hand_in(draft["id"]))
        return draft["listing"]

    def batches(self):
        return f"/v1/organisations/{self.organisation}/batches"

    def batch(self):
        row = self.hub(kind="hub")
        return self.owner.ask("POST", self.batches(), row, Content_Type="application/x-ndjson")["id"]

    def batch_given_back(self):
        batch = self.batch()
        reason = {"reason": "Not yet."}
        self.head.ask("POST", f"/v1/batches/{batch}/changes-request", reason, If_Match='"1"')
        return batch

    def member(self, email):
        asker = self.register(email)
        path = f"/v1/organisations/{self.organisation}"
        self.owner.ask("POST", f"{path}/invitations", {"email": email, "role": "viewer"})
        asker.ask("POST", link_to(self.letters, email), {})
        return asker.ask("GET", "/v1/me")["account"]

    def invitation(self):
        path = f"/v1/organisations/{self.organisation}/invitations"
        self.owner.ask("POST", path, {"email": "invited@example.org", "role": "viewer"})
        return self.owner.ask("GET", path)["items"][0]["id"]

    def claim(self):
        """One of a listing of the seed; each has a claimant of its own."""
        self.made += 1
        claimant = self.register(f"claimant-{self.made}@example.org")
        claimed = self.owner.ask("GET", "/v1/organisations?limit=1")["items"][0]["id"]
        claimant.ask("POST", f"/v1/organisations/{claimed}/claims", {"grounds": "It is ours."})
        return self.head.ask("GET", "/v1/moderation/claims")["items"][-1]["id"]

    def report(self):
        before = {one["id"] for one in self.head.ask("GET", "/v1/moderation/reports")["items"]}
        self.owner.ask("POST", "/v1/reports", {"topic": "missing", "words": "A hub in Khulna."})
        after = {one["id"] for one in self.head.ask("GET", "/v1/moderation/reports")["items"]}
        return (after - before).pop()

    def reset(self, email):
        """A link by which somebody chooses a new password."""
        self.register(email)
        self.owner.ask("POST", "/v1/accounts/reset", {"email": email})
        return link_to(self.letters, email).rsplit("/", 1)[1]

    def taken_off(self):
        group = next(self.groups)
        path = f"/v1/listings/{group['id']}/withdrawal"
        self.head.ask("POST", path, {"reason": "It is not there."}, If_Match=seen(group["version"]))
        return group["id"]


def seen(version):
    return f'"{version}"'


def of_nobody(ground):
    ground.register("rima@example.org")
    return {
        "getLink": {"link": ground.reset("forgetful@example.org")},
        "followLink": {"link": ground.reset("more-forgetful@example.org"), "body": {"password": "nine tall candles"}},
        "report": {"body": {"topic": "missing", "words": "A hub in Khulna."}},
        "signIn": {"body": {"email": "rima@example.org", "password": PASSWORD}},
    }


def of_owner(ground):
    row = json.dumps(ground.hub(kind="hub"))
    claimed = ground.owner.ask("GET", "/v1/organisations?limit=2")["items"][1]["id"]
    again = Asker(ground.address)
    given = {"email": "owner@example.org", "password": PASSWORD}
    session = again.ask("POST", "/v1/sessions", given)["session"]
    key = ground.owner.ask("POST", "/v1/keys", {"name": "An app", "scopes": ["read"], "days": 30})
    moved = {"email": "moved@example.org", "password": PASSWORD}
    ground.owner.ask("POST", "/v1/me/email", moved)
    return {
        "*": {
            "draft": ground.typed()["id"],
            "batch": ground.batch(),
            "organisation": ground.organisation,
            "listing": ground.public(),
            "account": ground.owner.ask("GET", "/v1/me")["account"],
        },
        "changeDraft": {"draft": ground.typed()["id"], "seen": 1},
        "submitDraft": {"draft": ground.typed()["id"], "seen": 1},
        "withdrawDraft": {"draft": ground.typed()["id"], "seen": 1},
        "submitBatch": {"batch": ground.batch_given_back(), "seen": 2},
        "withdrawBatch": {"batch": ground.batch(), "seen": 1},
        "handInBatch": {"body": row},
        "openDraft": {"body": {"listing": ground.public()}},
        "unpublishListing": {"listing": ground.public(), "seen": 1},
        "confirmFields": {"body": {"fields": ["cost"]}},
        "claim": {"organisation": claimed},
        "revokeInvitation": {"invitation": ground.invitation()},
        "setMemberRole": {"account": ground.member("member@example.org")},
        "removeMember": {"account": ground.member("former@example.org")},
        "endSession": {"session": session},
        "revokeKey": {"key": key["id"]},
        "proposeEmail": {"body": {**moved, "email": "moved-on@example.org"}},
        "confirmEmail": {"body": {"link": link_to(ground.letters, moved["email"], SHOWN)}},
    }


def of_administrator(ground):
    own = {"account": ground.head.ask("GET", "/v1/me")["account"]}
    ground.register("appointed@example.org")
    status, off, merged, into = (next(ground.groups) for _ in range(4))
    return {
        "*": {
            "draft": ground.handed_in(),
            "batch": ground.batch(),
            "organisation": ground.organisation,
            "listing": ground.public(),
            "account": ground.owner.ask("GET", "/v1/me")["account"],
            "claim": ground.claim(),
            "report": ground.report(),
        },
        "approveDraft": {"draft": ground.handed_in(), "seen": 2},
        "rejectDraft": {"draft": ground.handed_in(), "seen": 2},
        "requestChanges": {"draft": ground.handed_in(), "seen": 2},
        "approveBatch": {"batch": ground.batch(), "seen": 1},
        "rejectBatch": {"batch": ground.batch(), "seen": 1},
        "requestBatchChanges": {"batch": ground.batch(), "seen": 1, "body": {"reason": "Not yet."}},
        "assignDraft": {"body": own},
        "assignBatch": {"body": own},
        "assignClaim": {"body": own},
        "assignReport": {"body": own},
        "decideClaim": {"claim": ground.claim()},
        "settleReport": {"report": ground.report()},
        "setStatus": {"listing": status["id"], "seen": status["version"]},
        "withdrawListing": {"listing": off["id"], "seen": off["version"]},
        "restoreListing": {"listing": ground.taken_off()},
        "mergeListings": {
            "seen": merged["version"],
            "body": {"from": merged["id"], "into": into["id"], "into_version": into["version"]},
        },
        "endMembership": {"account": ground.member("ended@example.org")},
        "appoint": {"body": {"email": "appointed@example.org", "role": "moderator"}},
    }


def main():
    ground = Ground(sys.argv[1], pathlib.Path(sys.argv[2]))
    there = {
        "nobody": of_nobody(ground),
        "owner": of_owner(ground),
        "administrator": of_administrator(ground),
    }
    tokens = {"administrator": ground.head.token, "owner": ground.owner.token}
    json.dump({"tokens": tokens, "there": there}, sys.stdout)


if __name__ == "__main__":
    main()
