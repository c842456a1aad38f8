#!/usr/bin/env python3
"""A till in Python's standard library: takes a payment, waits for its end, refunds.

    POSAGENT_TOKEN=... python3 till.py URL REFERENCE AMOUNT CODE [REFUND]

for example: python3 till.py http://127.0.0.1:7070 A-0042 1280 97... 280

Run it again when it broke off: on the same business day the same reference is the
same sale, and has the same refund. On a later day it is a new sale: look at the
charges first.
"""
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

UNDER_WAY = ("prepared", "sent", "pending", "indoubt", "reversing")
base, reference, amount, code = sys.argv[1:5]


def call(method, path, body=None, key=None):
    """One wish under one key: a call that got no answer is repeated as it was."""
    head = {"Authorization": "Bearer " + os.environ["POSAGENT_TOKEN"], "Content-Type": "application/json"}
    if method == "POST":
        head["Idempotency-Key"] = key or str(uuid.uuid4())
    data = json.dumps(body).encode() if body is not None else None
    for again in range(5):
        try:
            with urllib.request.urlopen(urllib.request.Request(base + path, data, head, method=method), timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code >= 500:
                time.sleep(1)
                continue
            problem = json.load(refused)
            sys.exit(f"{refused.code} {problem.get('why')}: {problem.get('text_en') or problem.get('detail')}")
        except (OSError, http.client.HTTPException, json.JSONDecodeError):  # no answer, or half of one
            time.sleep(1)
    sys.exit("the agent does not answer: look at the charges before you try again")


sale = call("POST", "/v1/sales", {"reference": reference, "amount": int(amount), "currency": "JPY"})
if sale["state"] == "prepared":  # else it has had its code before this program broke off
    sale = call("POST", f"/v1/sales/{sale['id']}/code", {"text": code})
while sale["state"] in UNDER_WAY:  # a doubt is no error: the agent asks the wallet until it knows
    sale = call("GET", f"/v1/sales/{sale['id']}?wait=10s")
print(sale["state"], sale["goods"], sale["charge_key"])
if sale["goods"] != "hand_over":
    sys.exit(3)
if len(sys.argv) > 5:
    refund = call("POST", "/v1/refunds", {"charge_key": sale["charge_key"], "amount": int(sys.argv[5])}, key="refund of " + sale["charge_key"])
    while refund["state"] in ("prepared", "forwarding"):
        time.sleep(1)
        refund = call("GET", "/v1/charges/" + refund["key"])
    print("refund", refund["state"], refund["amount"])
