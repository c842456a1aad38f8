#!/usr/bin/env python3
"""Checks the closings (Z) of a register of posagent without posagent.

    posctl journal export --out journal.jsonl
    posctl close list --limit 100 --json > closings.json
    python3 audit.py journal.jsonl && python3 audit_z.py journal.jsonl closings.json

audit.py says whether the journal is sound; this adds the journal up anew, and
compares it with what every closing says. See journal.md.
"""
import collections
import hashlib
import json
import sys


def fail(number, why):
    sys.exit(f"NOT SOUND: Z {number} {why}".encode("unicode_escape").decode())


def begun(note):
    """What the first entry of a charge says: its kind, amount and currency."""
    for prefix in ("recovered ", "carried "):
        note = note.removeprefix(prefix)
    amount, currency = note.rsplit(" ", 2)[-2:]
    kind = {"sale": "charge", "top-up": "topup", "refund": "refund", "cash": "cash"}[note.split(" ")[0]]
    return kind, int(amount), currency


def points_of(note):
    """What a wallet's approval says of points: used and earned."""
    words = note.split("; ")[-1].replace(",", "").split(" ")
    return (int(words[1]), int(words[3])) if words[0] == "points:" else (0, 0)


made, state, entries, closed, points = {}, {}, [], {}, {}
for line in open(sys.argv[1], encoding="utf-8"):
    entry = json.loads(line)
    entries.append(entry)
    if entry["key"] and entry["before"] == 0:
        made[entry["key"]] = begun(entry["note"])
    if entry["key"] and entry["moved"] and (entry["event"], entry["to"], entry["by"]) == ("approve", "approved", "wallet"):
        points[entry["key"]] = points_of(entry["note"])
    if not entry["key"] and entry["note"].startswith("closing Z "):
        closed[int(entry["note"].split(" ")[2])] = entry["note"]

zs = sorted((c["z"] for c in json.load(open(sys.argv[2], encoding="utf-8"))["closings"]), key=lambda z: z["number"])
if [z["number"] for z in zs] != list(range(1, len(closed) + 1)):
    fail(len(zs), f"is not the last: the journal tells of {len(closed)} closings, and there are {len(zs)} in the file")
after, total = 0, collections.Counter()
for z in zs:
    n, doc = z["number"], json.loads(z["document"])
    digest = hashlib.sha256(z["document"].encode("utf-8")).hexdigest()
    if f"SHA-256 of its document {digest}" not in closed[n]:
        fail(n, "has another document than the journal says")
    if doc["form"] != "posagent z 1":
        fail(n, "has a form that this program does not know")
    if (doc["number"], doc["after"]) != (n, after) or doc["upto"] < after:
        fail(n, f"begins behind entry {doc['after']}, and not behind {after}")
    count, amount, promo = collections.Counter(), collections.Counter(), collections.Counter()
    was = {}
    for entry in entries[after:doc["upto"]]:
        if entry["key"] and entry["moved"]:
            was.setdefault(entry["key"], entry["from"])
            state[entry["key"]] = entry["to"]
    for key, old in was.items():
        kind, minor, currency = made[key]
        for sign, at in ((-1, old), (1, state[key])):
            if at:
                count[kind, at, currency] += sign
                amount[kind, at, currency] += sign * minor
            if at == "approved" and kind in ("charge", "refund"):
                used, earned = points.get(key, (0, 0))
                promo[currency, "points_used"] += sign * used * (1 if kind == "charge" else -1)
                promo[currency, "points_earned"] += sign * earned * (1 if kind == "charge" else -1)
    for row in doc["rows"] or ():
        count[row["kind"], row["state"], row["currency"]] -= row["count"]
        amount[row["kind"], row["state"], row["currency"]] -= row["amount"]
    for what in count:
        if count[what] or amount[what]:
            fail(n, f"counts {what} otherwise than the journal: {count[what]} records over {amount[what]} are missing")
    for t in doc["takings"] or ():
        for what in ("points_used", "points_earned"):
            if promo[t["currency"], what] != t.get(what, 0):
                fail(n, f"has {t.get(what, 0)} {what} in {t['currency']}, and the journal {promo[t['currency'], what]}")
        total[t["currency"]] += t["paid"]["amount"] + t.get("cash", {"amount": 0})["amount"] + t["offline"]["amount"] - t["refunded"]["amount"]
    after = doc["upto"]

print(f"sound: {len(zs)} closings, up to entry {after} of {len(entries)}")
for currency, net in sorted(total.items()):
    print(f"  net {net} {currency}")
