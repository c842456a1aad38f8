#!/usr/bin/env python3
"""Checks an exported journal of posagent without posagent.

    python3 audit.py journal.jsonl [HASH-OF-THE-ENTRY-BEFORE]

It works out every hash anew, compares the fields of each entry with the text
that its hash covers, and adds up what ended how. See journal.md.
"""
import ast
import collections
import hashlib
import json
import sys

FIELDS = ("form", "n", "key", "before", "from", "to", "moved", "event", "wallet", "reason", "by", "operator",
          "receipt", "code_kind", "code_masked", "code_hash", "asked", "at", "note")


def fail(number, why):
    sys.exit(f"NOT SOUND: entry {number} {why}")


def said(value):
    return "true" if value is True else "false" if value is False else str(value)


before = bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else bytes(32)
expect, state, begun = (None if len(sys.argv) > 2 else 1), {}, {}
for line in open(sys.argv[1], encoding="utf-8"):
    entry = json.loads(line)
    n = entry["n"]
    if n != (expect or n):
        fail(expect, "is missing")
    digest = hashlib.sha256(before + entry["text"].encode("utf-8")).digest()
    if digest.hex() != entry["hash"]:
        fail(n, "does not fit its hash")
    text = dict(zip(FIELDS, (ast.literal_eval(each) for each in entry["text"].removesuffix("\n").split("\n")), strict=True))
    if text.pop("form") != "posagent journal 1":
        fail(n, "has a form that this program does not know")
    for name, value in text.items():
        if said(entry[name]) != value:
            fail(n, f"has {name} {entry[name]!r}, but its hash covers {value!r}")
    if entry["key"]:
        if entry["before"] == 0:
            begun[entry["key"]] = entry["note"]
        elif state.get(entry["key"], entry["from"]) != entry["from"]:
            fail(n, f"goes on from {entry['from']}, but the charge was {state[entry['key']]}")
        state[entry["key"]] = entry["to"]
    before, expect = digest, n + 1

print(f"sound: {(expect or 1) - 1} entries, the last has the hash {before.hex()}")
for (end, kind), count in sorted(collections.Counter((state[k], begun.get(k, "?").split(" ")[0]) for k in state).items()):
    print(f"  {count} {kind} {end}")
