// A country on one machine: keys, a trust list, ledger operators and a portal, each a process of its own, talking HTTP
// over loopback. Everything is in a folder of its own, removed at the end; every process is ended by its pid.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, copyFileSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastingPorts } from "./ports.mjs";

const START_MS = 30_000;

const need = (name) => {
  const value = process.env[`VERIFYD_NETWORK_${name}`];
  assert.ok(value, `VERIFYD_NETWORK_${name} is not set; run this with ctest`);
  return value;
};

// One verifyd, which can be stopped, killed and started again on the same ports.
class Daemon {
  constructor(world, name) {
    this.world = world;
    this.name = name;
  }

  get log() {
    return readFileSync(this.world.path(`${this.name}.log`), "utf8");
  }

  async start() {
    const log = openSync(this.world.path(`${this.name}.log`), "a");
    this.process = spawn(need("VERIFYD"), ["--config", `${this.name}.conf`], {
      cwd: this.world.folder,
      stdio: ["ignore", "pipe", log],
    });
    closeSync(log);
    const child = this.process;
    this.ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
    await new Promise((resolve, reject) => {
      let text = "";
      const timer = setTimeout(() => reject(new Error(`${this.name} did not start: ${this.log}`)), START_MS);
      this.ended.then((code) => reject(new Error(`${this.name} ended with ${code}: ${this.log}`)));
      child.stdout.setEncoding("utf8").on("data", (more) => {
        text += more;
        if (!text.includes("operations on ")) return;
        clearTimeout(timer);
        resolve();
      });
    });
    return this;
  }

  async stop() {
    this.process.kill("SIGTERM");
    assert.equal(await this.ended, 0, `${this.name}: ${this.log}`);
  }

  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  // Takes connections and never answers.
  async freeze() {
    this.process.kill("SIGSTOP");
    const status = `/proc/${this.process.pid}/status`;
    while (!/^State:\s+T/m.test(readFileSync(status, "utf8"))) await pause(5);
  }

  thaw() {
    this.process.kill("SIGCONT");
  }
}

export class World {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "verifyd-network-"));
    this.daemons = [];
  }

  path(name) {
    return join(this.folder, name);
  }

  // Runs verifyctl to its end, and wants this exit code.
  ctl(wanted, ...words) {
    const result = this.tryCtl(...words);
    assert.equal(result.status, wanted, `verifyctl ${words.join(" ")}\n${result.stdout}${result.stderr}`);
    return result.stdout;
  }

  tryCtl(...words) {
    return spawnSync(need("VERIFYCTL"), words, { cwd: this.folder, encoding: "utf8", maxBuffer: 1 << 28 });
  }

  // verifyctl in the background.
  startCtl(...words) {
    const child = spawn(need("VERIFYCTL"), words, { cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (more) => (text += more));
    const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal, text })));
    return { child, ended };
  }

  line(file, label) {
    const found = new RegExp(`^${label}: (.*)$`, "m").exec(readFileSync(this.path(file), "utf8"));
    assert.ok(found, `${file} has no ${label}`);
    return found[1];
  }

  makeKeys() {
    for (const kind of ["root", "issuer", "status"]) this.ctl(0, "keygen", "--kind", kind, "--out", `${kind}.key`);
    this.ctl(0, "trust", "create", "--realm", "1", "--out", "trust.list");
    this.ctl(0, "trust", "add", "--list", "trust.list", "--key", "issuer.key.pub", "--role", "issuer",
      "--issuer", "moeys.example", "--name", "en=Ministry of Education", "--not-before", "2020-01-01",
      "--not-after", "2040-01-01");
    this.ctl(0, "trust", "sign", "--list", "trust.list", "--root-key", "root.key");
    copyFileSync(need("PROFILE"), this.path("degree.conf"));
  }

  trust() {
    return `trust = { file = "trust.list"; roots = [ "${this.line("root.key.pub", "public")}" ]; };`;
  }

  // Operators 1..count and a portal over them; extra: more lines for the operators' configuration, by number; anchored:
  // the same for what the portal is told of each operator; chains: public chains, for all of them; operatorMs: for which the
  // portal waits for one that is silent.
  async build(count, threshold, { extra = () => "", portal = "", anchored = () => "", chains = "", operatorMs = 20_000 } = {}) {
    this.makeKeys();
    this.chains = chains;
    this.ports = await lastingPorts(2 * count + 2);
    this.operators = [];
    for (let n = 1; n <= count; n += 1) this.describeOperator(n, extra(n));
    const list = this.operators.map((operator) =>
      `{ number = ${operator.number}; name = "Operator ${operator.number}"; url = "${operator.url}"; ` +
      `vkey = "${operator.vkey}"; ${anchored(operator.number)} }`);
    this.portalUrl = `http://127.0.0.1:${this.ports[0]}/`;
    this.write("portal.conf", `realm = 1;
threshold = ${threshold};
listen = "127.0.0.1:${this.ports[0]}";
operations = "127.0.0.1:${this.ports[1]}";
${this.trust()}
operators = ( ${list.join(",\n  ")} );
memory = "seen";
limits = { operator_ms = ${operatorMs}; };
profiles = [ "degree.conf" ];
${chains}
${portal}
`);
    this.portal = this.daemon("portal");
  }

  describeOperator(number, extra) {
    const [port, operations] = this.ports.slice(2 * number, 2 * number + 2);
    const origin = `127.0.0.1:${port}/log/${number}`;
    const vkey = this.logKey(`log-${number}.key`, origin);
    this.write(`operator-${number}.conf`, `realm = 1;
listen = "127.0.0.1:${port}";
operations = "127.0.0.1:${operations}";
${this.trust()}
operator = { number = ${number}; name = "Operator ${number}"; store = "ledger-${number}"; origin = "${origin}";
  key = "log-${number}.key"; ${extra} };
${this.chains}
`);
    this.operators.push(Object.assign(this.daemon(`operator-${number}`),
      { number, url: `http://${origin}`, origin, vkey, operationsUrl: `http://127.0.0.1:${operations}/` }));
  }

  // Makes a key for a log or witness; returns its verifier key.
  logKey(file, name) {
    this.ctl(0, "keygen", "--kind", "log", "--name", name, "--out", file);
    return this.vkeyOf(file, name);
  }

  // The verifier key, computed here from the public file, not taken from verifyctl's word.
  vkeyOf(file, origin) {
    const typed = Buffer.concat([Buffer.from([1]), Buffer.from(this.line(`${file}.pub`, "public"), "hex")]);
    const id = createHash("sha256").update(Buffer.concat([Buffer.from(`${origin}\n`), typed])).digest("hex");
    return `${origin}+${id.slice(0, 8)}+${typed.toString("base64")}`;
  }

  write(name, text) {
    writeFileSync(this.path(name), text);
  }

  daemon(name) {
    const daemon = new Daemon(this, name);
    this.daemons.push(daemon);
    return daemon;
  }

  async startAll() {
    for (const daemon of [...this.operators, this.portal]) await daemon.start();
  }

  graduates(name, rows, seed) {
    const result = spawnSync(need("GRADUATES"), [String(rows), String(seed)], { encoding: "utf8", maxBuffer: 1 << 28 });
    assert.equal(result.status, 0);
    this.write(name, result.stdout);
  }

  issueWords(sheet, out, ...more) {
    return ["issue", "--config", "portal.conf", "--profile", "degree.conf", "--in", sheet, "--out", out,
      "--issuer", "moeys.example", "--issuer-key", "issuer.key", "--status-key", "status.key",
      "--prefix", "https://verify.example/", ...more];
  }

  pictures(out) {
    return readdirSync(this.path(out)).filter((name) => name.endsWith(".png")).sort().map((name) => join(out, name));
  }

  // What the portal answers for a picture of a code.
  async ask(picture) {
    const answer = await fetch(new URL("v1/verify", this.portalUrl), {
      method: "POST",
      headers: { "content-type": "image/png" },
      body: readFileSync(this.path(picture)),
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  }

  audit(operator, ...more) {
    return this.ctl(0, "audit", operator.url, "--vkey", operator.vkey, ...more);
  }

  async end() {
    for (const daemon of this.daemons) {
      if (daemon.process?.exitCode !== null || daemon.process.signalCode !== null) continue;
      daemon.thaw();
      daemon.process.kill("SIGKILL");
      await daemon.ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// Runs the steps in order with a world that is ended whatever happens.
export async function withWorld(steps) {
  const world = new World();
  try {
    await steps(world);
  } catch (error) {
    for (const daemon of world.daemons)
      if (daemon.process) console.error(`--- ${daemon.name}\n${daemon.log.slice(-4000)}`);
    throw error;
  } finally {
    await world.end();
  }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
