// A running desk with a clock that is moved, on a folder of its own, and its command line. DESK_BIN names the program. When it
// ends nothing may be left that is due, that nobody has planned, or that is an alarm which nobody expected.

import { execFile, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

const EXPRESS = "infra/policies/express.toml";
const SHIFTS = "starts = 2026-11-23T09:00:00Z";
const READY_SECONDS = 30;
const STOP_SECONDS = 10;
const READY = /^\s*form\s+(http:\/\/\S+?)\/?$/;
const MAIL = /^\s*mail\s+(http:\/\/\S+)$/;

/** What acts under /_local, for whoever can read the data folder, and what is read there. */
export async function local({ origin, data }, path, body) {
  const headers = { "x-desk-secret": JSON.parse(readFileSync(join(data, "keys.json"), "utf8")).local_secret };
  if (!body) return fetch(`${origin}/_local/${path}`, { headers });
  const asked = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  return fetch(`${origin}/_local/${path}`, asked);
}

/** All mails, once everything on its way has been sent. */
export async function allMails(desk) {
  await local(desk, "clock", { advance: "1s" });
  return (await local(desk, "mail.json")).json();
}

/** Runs a command of the desk's; what it printed. */
export async function cli(...args) {
  const env = { ...process.env, DESK_POLICY: join(root, EXPRESS) };
  return (await promisify(execFile)(process.env.DESK_BIN, args, { cwd: root, env, maxBuffer: 64 << 20 })).stdout;
}

/** Express's policy, whose rota has begun a day ago: alice is on call, whenever a test runs. */
function onCallSinceYesterday(folder) {
  const text = readFileSync(join(root, EXPRESS), "utf8");
  if (!text.includes(SHIFTS)) throw new Error(`no ${SHIFTS}`);
  const begun = new Date(Math.floor(Date.now() / 3_600_000 - 24) * 3_600_000).toISOString();
  const path = join(folder, "express.toml");
  writeFileSync(path, text.replace(SHIFTS, `starts = ${begun}`));
  return path;
}

export class Desk {
  /** Starts it and does not wait. */
  static start(folder, policy = onCallSinceYesterday(folder)) {
    const desk = new Desk();
    desk.expected = new Set();
    desk.data = join(folder, "data");
    desk.log = join(folder, "desk.log");
    const log = openSync(desk.log, "w");
    const options = ["--policy", policy, "--data", desk.data, "--listen", "127.0.0.1:0", "--clock", "manual"];
    desk.process = spawn(process.env.DESK_BIN, ["serve", ...options], { cwd: root, stdio: ["ignore", "pipe", log] });
    closeSync(log);
    desk.ended = new Promise((resolve) => {
      desk.process.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
      desk.process.once("error", (error) => resolve(error.message));
    });
    desk.running = true;
    desk.ended.then(() => (desk.running = false));
    desk.said = new Promise((resolve) => {
      createInterface({ input: desk.process.stdout }).on("line", (line) => {
        if (READY.test(line)) desk.form = READY.exec(line)[1];
        if (MAIL.test(line)) resolve([desk.form, MAIL.exec(line)[1]]);
      });
    });
    return desk;
  }

  /** Whether it has said in time where its form is, and the page of its mails. */
  async ready() {
    const said = await Promise.race([this.said, this.ended.then(() => null), sleep(READY_SECONDS * 1000, null, { ref: false })]);
    [this.origin, this.mail] = said ?? [];
    return Boolean(this.origin);
  }

  /** What is due and cannot be done, and what nobody has planned. */
  async left() {
    if (!this.running || !this.origin) return [];
    const answer = await local(this, "settle", {});
    return answer.ok ? (await answer.json()).left : [`the desk answers ${answer.status}`];
  }

  /** The alarms in the log that nobody expected, and those that were expected and did not come. */
  alarms() {
    const found = new Set(readFileSync(this.log, "utf8").split("\n").map(alarm).filter(Boolean));
    const either = new Set([...found, ...this.expected]);
    return [...either].filter((name) => !BY_CHANCE.has(name) && (!found.has(name) || !this.expected.has(name)));
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

// The bucket's objects carry this machine's time: beside a clock that is moved, a mail that is just being taken in looks old.
const BY_CHANCE = new Set(["inbound-lying"]);

function alarm(line) {
  try {
    return JSON.parse(line).fields?.alarm;
  } catch {
    return undefined; // a line of no log
  }
}
