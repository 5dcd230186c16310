// Runs verifyd on a free port, and keeps what it writes to its log.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { need } from "./environment.mjs";

const START_MS = 20_000;

export class Service {
  constructor(documents) {
    this.documents = documents;
    this.log = "";
  }

  // config is the name of a file in the documents' folder.
  async start(config = "verifyd.conf") {
    this.process = spawn(need("VERIFYD"), ["--config", config], {
      cwd: this.documents.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.stderr.setEncoding("utf8").on("data", (text) => {
      this.log += text;
    });
    this.url = await this.address();
    return this;
  }

  address() {
    return new Promise((resolve, reject) => {
      let text = "";
      const timer = setTimeout(() => reject(new Error(`verifyd did not start: ${this.log}`)), START_MS);
      this.ended.then((code) => reject(new Error(`verifyd ended with ${code}: ${this.log}`)));
      this.process.stdout.setEncoding("utf8").on("data", (more) => {
        text += more;
        const found = /^listening on (\S+)$/m.exec(text);
        if (!found) return;
        clearTimeout(timer);
        resolve(found[1]);
      });
    });
  }

  link(name) {
    return `${this.url}#${this.documents.codes[name]}`;
  }

  // A service that was told to stop ends without a complaint.
  async stop() {
    this.process.kill("SIGTERM");
    assert.equal(await this.ended, 0, this.log);
  }

  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }
}
