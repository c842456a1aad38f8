#!/usr/bin/env python3
"""Checks an exported journal of posagent without posagent.

    python3 audit.py journal.jsonl [HASH-OF-THE-ENTRY-BEFORE]

It works out every hash anew, compares the fields of each entry with the text
that its hash covers, follows every charge, and adds up what ended how. See
journal.md.
"""
import ast
import collections
import hashlib
import json
import sys

FIELDS = ("form", "n", "key", "before", "from", "to", "moved", "event", "wallet", "reason", "by", "operator",
          "receipt", "code_kind", "code_masked", "code_hash", "asked", "at", "note")


def fail(number, why):
    sys.exit(plain(f"NOT SOUND: entry {number} {why}"))


def plain(text):  # what stands in the file does nothing to the terminal
    return text.encode("unicode_escape").decode()


def said(value):
    return "true" if value is True else "false" if value is False else str(value)


before = bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else bytes(32)
expect, first, count = (None if len(sys.argv) > 2 else 1), None, 0
state, begun, newest = {}, {}, {}
for line in open(sys.argv[1], encoding="utf-8"):
    entry = json.loads(line)
    n = entry["n"]
    if n != (expect or n):
        fail(expect, "is missing")
    first = first or n
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
        known = newest.get(entry["key"], 0)
        if entry["before"] != known and (known or not 0 < entry["before"] < first):  # it may have begun before this file
            fail(n, f"goes on from entry {entry['before']}, but the last of its charge is {known}" if entry["before"] else "begins a charge that is there already")
        if entry["before"] == 0:
            begun[entry["key"]] = entry["note"]
        elif state.get(entry["key"], entry["from"]) != entry["from"]:
            fail(n, f"goes on from {entry['from']}, but the charge was {state[entry['key']]}")
        state[entry["key"]], newest[entry["key"]] = entry["to"], n
    before, expect, count = digest, n + 1, count + 1

print(f"sound: {count} entries, the last is {(expect or 1) - 1} with the hash {before.hex()}" if count else "sound: no entries")
for (end, kind), charges in sorted(collections.Counter((state[k], begun.get(k, "?").split(" ")[0]) for k in state).items()):
    print(plain(f"  {charges} {kind} {end}"))
