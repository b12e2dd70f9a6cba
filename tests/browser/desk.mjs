// The desk as a process, and its command line. DESK_BIN names the program.

import { execFile, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

const READY_SECONDS = 30;
const STOP_SECONDS = 10;

/** Runs a command of the desk's; what it printed. */
export async function cli(...args) {
  return (await promisify(execFile)(process.env.DESK_BIN, args, { cwd: root, maxBuffer: 64 << 20 })).stdout;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Desk {
  static async start(folder, policy = "infra/policies/express.toml") {
    const desk = new Desk();
    const port = await freePort();
    desk.origin = `http://127.0.0.1:${port}`;
    desk.log = join(folder, "desk.log");
    const log = openSync(desk.log, "w");
    const options = ["--policy", policy, "--data", join(folder, "data")];
    const listen = ["--listen", `127.0.0.1:${port}`, "--clock", "manual"];
    const setup = { cwd: root, stdio: ["ignore", log, log] };
    desk.process = spawn(process.env.DESK_BIN, ["serve", ...options, ...listen], setup);
    closeSync(log);
    desk.ended = new Promise((resolve) => {
      desk.process.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
      desk.process.once("error", (error) => resolve(error.message));
    });
    desk.running = true;
    desk.ended.then(() => (desk.running = false));
    return desk;
  }

  async ready() {
    const until = Date.now() + READY_SECONDS * 1000;
    while (this.running && Date.now() < until) {
      const answer = await fetch(`${this.origin}/healthz`).catch(() => null);
      if (answer?.status === 200) return true;
      await sleep(100);
    }
    return false;
  }

  /** Asks it to end, and says whether it did so in time and by itself. */
  async stop() {
    if (!this.running) return false;
    this.process.kill("SIGTERM");
    const kindly = await Promise.race([this.ended.then(() => true), sleep(STOP_SECONDS * 1000, false, { ref: false })]);
    if (!kindly) this.process.kill("SIGKILL");
    return kindly;
  }

  lastLines(count = 30) {
    return readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  }
}
