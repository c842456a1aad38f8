// Reads each PGM file that standard input names, and tells in a line of JSON
// the texts in it and the processor's time for them in milliseconds. The
// picture is in memory before the time begins.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasm = readFileSync(fileURLToPath(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm")));
await prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) }, fireImmediately: true });

/** @param {Buffer} file */
function pgm(file) {
  const [head] = /^P5\s(\d+)\s(\d+)\s255\s/.exec(file.subarray(0, 40).toString("latin1")) ?? [""];
  const [width, height] = head.split(/\s/).slice(1, 3).map(Number);
  const gray = file.subarray(head.length), data = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = gray[i];
    data[4 * i + 3] = 255;
  }
  return { data, width, height, colorSpace: "srgb" };
}

for await (const name of createInterface({ input: process.stdin })) {
  const picture = pgm(readFileSync(name));
  const start = process.cpuUsage();
  const found = await readBarcodes(picture, { formats: ["QRCode", "Code128", "EAN13"] });
  const took = process.cpuUsage(start);
  console.log(JSON.stringify({ texts: found.filter((c) => c.isValid).map((c) => c.text), ms: (took.user + took.system) / 1000 }));
}
