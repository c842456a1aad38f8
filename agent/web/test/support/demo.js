// The real system: agent, wallet, scanner and printer, as `posctl demo`
// brings them up, in a directory of its own.
import { execFile, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The project's own directory. */
export const root = path.resolve(import.meta.dirname, "../../../..");
/** Where the programs are: what make build made, or another place. */
const bin = process.env.POSAGENT_BIN ?? path.join(root, "bin");
const posctl = path.join(bin, "posctl");

/** How long the demo may take to come up on a busy machine. */
const patience = 60_000;

export class Demo {
  /** Starts a demo and waits until it is ready. @param {(dir: string) => void} [before] what its directory has before the start */
  static async start(before = () => {}) {
    const demo = new Demo();
    demo.dir = mkdtempSync(path.join(tmpdir(), "posagent-web-"));
    before(demo.dir);
    demo.said = "";
    demo.process = spawn(posctl, ["demo", "--dir", demo.dir, "--agent-addr", "127.0.0.1:0", "--wallet-addr", "127.0.0.1:0", "--phone-addr", "127.0.0.1:0"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [demo.process.stdout, demo.process.stderr]) {
      stream.on("data", (text) => { demo.said += text; });
    }
    demo.over = new Promise((done) => demo.process.once("exit", done));
    const until = Date.now() + patience;
    while (Date.now() < until && demo.process.exitCode === null) {
      try {
        demo.facts = JSON.parse(readFileSync(path.join(demo.dir, "demo.json"), "utf8"));
        return demo;
      } catch {
        await new Promise((go) => setTimeout(go, 100));
      }
    }
    await demo.stop();
    throw new Error(`posctl demo did not come up:\n${demo.said}`);
  }

  async stop() {
    this.process.kill("SIGINT");
    const late = setTimeout(() => this.process.kill("SIGKILL"), 20_000);
    await this.over;
    clearTimeout(late);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** The cashier's page. */
  get page() {
    return `${this.facts.agent_url}/pos`;
  }

  /** A command of posctl with this demo's directory. @param {...string} args */
  async posctl(...args) {
    const { stdout } = await run(posctl, [...args, "--dir", this.dir]);
    return stdout;
  }

  /** The same, with a line for what it asks. @param {string} line @param {...string} args */
  async answer(line, ...args) {
    const running = run(posctl, [...args, "--dir", this.dir]);
    running.child.stdin.end(`${line}\n`);
    return (await running).stdout;
  }

  /** A fresh payer code of a customer. @param {string} customer */
  async code(customer) {
    return (await this.posctl("demo", "code", "--customer", customer)).trim();
  }

  /** The same as a picture; answers the file. @param {string} customer */
  async picture(customer) {
    const file = path.join(this.dir, `code-${Date.now()}.png`);
    await this.posctl("demo", "code", "--customer", customer, "--png", file);
    return file;
  }

  /** Shows something to the scanner: its text and CR, as a scanner sends it. @param {string} text */
  scan(text) {
    const fd = openSync(this.facts.scanner_path, constants.O_WRONLY | constants.O_NOCTTY);
    try {
      writeSync(fd, `${text}\r`);
    } finally {
      closeSync(fd);
    }
  }

  /** @param {string} fault slow, silent, reset, duplicate, late or none */
  wallet(fault) {
    return this.posctl("demo", "wallet", "fault", fault);
  }

  /** @param {string} order @param {string} name */
  device(order, name) {
    return this.posctl("demo", "device", order, name);
  }

  /** Takes an open sale off the register, so that tests do not meet each other's. */
  async clear() {
    const { agent_url, api_token } = this.facts;
    const headers = { Authorization: `Bearer ${api_token}` };
    const { sale } = await (await fetch(`${agent_url}/v1/register`, { headers })).json();
    if (sale) await fetch(`${agent_url}/v1/sales/${sale.id}/cancel`, { method: "POST", headers });
  }

  /** The text of the last receipt on paper. */
  paper() {
    return readFileSync(`${this.facts.printer_capture}.txt`, "utf8");
  }

  /** All bytes that the printer got. */
  printed() {
    return readFileSync(this.facts.printer_capture).length;
  }

  /** The process of a child of the demo, by its program's name. @param {string} name */
  child(name) {
    const pid = this.process.pid;
    for (const thread of readdirSync(`/proc/${pid}/task`)) { // each thread has its own children
      for (const child of readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim().split(" ")) {
        if (child && readFileSync(`/proc/${child}/comm`, "utf8").trim() === name) return Number(child);
      }
    }
    throw new Error(`the demo has no child ${name}`);
  }
}
