"""Reads each PGM file that standard input names with zbar, and tells in a line
of JSON the texts in it and the processor's time for them in milliseconds. The
picture is in memory before the time begins."""
import json
import re
import sys
import time

from pyzbar.pyzbar import ZBarSymbol, decode

kinds = [ZBarSymbol.QRCODE, ZBarSymbol.CODE128, ZBarSymbol.EAN13]
for line in sys.stdin:
    with open(line.strip(), "rb") as f:
        data = f.read()
    head = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", data)
    width, height, pixels = int(head[1]), int(head[2]), data[head.end():]
    start = time.process_time()
    found = decode((pixels, width, height), symbols=kinds)
    took = time.process_time() - start
    texts = [c.data.decode("utf-8", "replace") for c in found]
    print(json.dumps({"texts": texts, "ms": took * 1000}), flush=True)
