// The description of the local API, judged by a linter that is not ours.
import assert from "node:assert/strict";
import test from "node:test";
import { createConfig, lint } from "@redocly/openapi-core";

test("an outside linter finds nothing in the description of the API", async () => {
  const config = await createConfig({ extends: ["recommended"], rules: { "no-server-example.com": "off", "no-server-trailing-slash": "error" } });
  const ref = new URL("../../../docs/reference/openapi.json", import.meta.url).pathname;
  const problems = await lint({ ref, config });
  assert.deepEqual(problems.map((p) => `${p.severity} ${p.ruleId}: ${p.message} ${p.location[0]?.pointer}`), []);
});
