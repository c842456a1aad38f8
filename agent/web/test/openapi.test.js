// The descriptions for machines, judged by a linter that is not ours.
import assert from "node:assert/strict";
import test from "node:test";
import { createConfig, lint } from "@redocly/openapi-core";

const descriptions = {
  "the local API": "../../../docs/reference/openapi.json",
  "the wallet contract": "../../../wallet/wire/openapi.yaml",
};

for (const [name, path] of Object.entries(descriptions)) {
  test(`an outside linter finds nothing in the description of ${name}`, async () => {
    const config = await createConfig({ extends: ["recommended"], rules: { "no-server-example.com": "off", "no-server-trailing-slash": "error" } });
    const ref = new URL(path, import.meta.url).pathname;
    const problems = await lint({ ref, config });
    assert.deepEqual(problems.map((p) => `${p.severity} ${p.ruleId}: ${p.message} ${p.location[0]?.pointer}`), []);
  });
}
