// The first start: a register that knows nobody asks for the one-time code of
// the machine, and whoever has it is the first manager.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { launch, Till } from "./support/browser.js";
import { root } from "./support/demo.js";

/** A port that nobody has. */
const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

test("the set-up code makes the first manager, who is signed in", async () => {
  const dir = mkdtempSync(path.join(tmpdir(), "posagent-first-"));
  const port = await freePort();
  writeFileSync(path.join(dir, "posagent.toml"), `[store]\nid = "S0001"\nterminal = "T01"\nname = "みほん商店"\ninvoice = "T9000000000000"\n[data]\ndir = ${JSON.stringify(dir)}\n[api]\nlisten = "127.0.0.1:${port}"\nsocket = ${JSON.stringify(path.join(dir, "api.sock"))}\n`);
  const agent = spawn(path.join(process.env.POSAGENT_BIN ?? path.join(root, "bin"), "posagent"), ["--config", path.join(dir, "posagent.toml")], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  agent.stderr.on("data", (text) => { log += text; });
  const over = new Promise((done) => agent.once("exit", done));
  const browser = await launch();
  try {
    const url = `http://127.0.0.1:${port}/pos`;
    for (let i = 0; ; i++) {
      if (await fetch(url).then((r) => r.ok, () => false)) break;
      assert.ok(i < 100, `the agent does not come up:\n${log}`);
      await new Promise((go) => setTimeout(go, 100));
    }
    const till = await Till.open(browser);
    till.expect("403");
    await till.page.goto(url);
    await till.page.locator("#setup-code").waitFor();
    await till.look("75-setup-ja");
    await till.page.fill("#setup-code", "AAAA-AAAA-AAAA");
    await till.page.fill("#setup-name", "山田 太郎");
    await till.page.fill("#setup-id", "taro");
    await till.page.fill("#setup-pin", "604713");
    await till.page.fill("#setup-again", "604713");
    await till.page.tap("#setup-go");
    await till.page.locator("#setup-fault", { hasText: "違います" }).waitFor();
    await till.page.tap("#language");
    await till.look("75-setup-en");
    await till.page.setViewportSize({ width: 390, height: 844 });
    await till.shot("75-setup-phone-en");
    await till.page.fill("#setup-code", readFileSync(path.join(dir, "setup.code"), "utf8").trim());
    await till.page.tap("#setup-go");
    await till.on("amount");
    await till.page.tap("#lock");
    await till.page.locator('[data-person="taro"]').waitFor();
    await till.close();
  } finally {
    await browser.close();
    agent.kill("SIGTERM");
    await over;
    rmSync(dir, { recursive: true, force: true });
  }
});
