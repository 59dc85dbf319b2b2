"""Says which operations schemathesis only ever got refusals of, so that it knows nothing of their answers.

Usage: answered.py OPERATIONS ANSWERED. The second has a line for each answer that was no refusal.
"""

import sys

# Those of which it has to be so, and why. It is to become shorter.
NEVER = {
    "getOpenApi": "is what it reads, and passes over",
    "confirmSecondFactor": "wants the code of the minute, which no document shows",
    "deleteMe": "whoever asks would be gone",
    "removeSecondFactor": "wants such a code, too, and takes off what an administrator needs",
    "renewRecoveryCodes": "wants such a code, too",
    "settleSuggestion": "wants an import that contradicts an owner",
}


def main():
    with open(sys.argv[2]) as file:
        answered = set(file.read().splitlines())
    wrong = []
    with open(sys.argv[1]) as file:
        for line in file:
            method, path, operation, _ = line.split()
            if (f"{method} {path}" in answered) == (operation in NEVER):
                wrong.append(operation)
    if wrong:
        sys.exit(f"only ever refused, or answered against expectation: {' '.join(wrong)}")


if __name__ == "__main__":
    main()
