// The public pages as a reporter without JavaScript sees them, in Chromium, against the real desk on this machine.
// Environment: DESK_BIN (the program), DESK_SCREENSHOTS (a folder; default: a new one in the temporary folder).

import { execFile, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import axe from "axe-core";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const vnu = join(here, "node_modules/vnu-jar/build/dist/vnu.jar");

const CASE_ID = /EXP-\d{4}-[0-9A-Z]{5}/;
const CODE = /^[a-z]+(-[a-z]+){9,}$/; // 128 bits are at least ten words
const WIDTHS = [390, 1280];
const READY_SECONDS = 30;
const STOP_SECONDS = 10;

const REPORT = {
  package: "express",
  versions: "4.21.0",
  summary: "Open redirect in res.location",
  details: "A target that starts with three slashes leaves the site.\n\nSteps: GET /?to=///example.org",
};
const REPLY = "It also happens in version 5.0.1.";

// --- checks ----------------------------------------------------------------------------------------------------

let passed = 0;
let failed = 0;

function check(name, good, detail = "") {
  if (good) passed += 1;
  else failed += 1;
  console.log(`${good ? "ok  " : "FAIL"}  ${name}`);
  if (!good && detail) console.log(String(detail).replace(/^/gm, "      "));
  return good;
}

/** A step that the following ones need: what it throws counts as one failed check and ends the story. */
class Stop extends Error {}
function must(name, good, detail) {
  if (!check(name, good, detail)) throw new Stop(name);
}

// --- the desk --------------------------------------------------------------------------------------------------

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

class Desk {
  static async start(folder) {
    const desk = new Desk();
    const port = await freePort();
    desk.origin = `http://127.0.0.1:${port}`;
    desk.log = join(folder, "desk.log");
    const log = openSync(desk.log, "w");
    const options = ["--policy", "infra/policies/express.toml", "--data", join(folder, "data")];
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

// --- what every page is checked for ----------------------------------------------------------------------------

/** `html` is the page as it was sent, so that what is checked is what the desk wrote. */
async function inspect({ browser, page, shots, origin }, name, html) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    check(`${name}: fits ${width} px`, wide <= width, `it is ${wide} px wide: ${await widest(page, width)}`);
  }
  await markup(name, html, shots);
  for (const scheme of ["light", "dark"]) await accessible(browser, name, page.url(), html, scheme, origin);
}

function widest(page, width) {
  return page.evaluate((limit) => {
    const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > limit + 1);
    return out.slice(0, 5).map((e) => `${e.tagName.toLowerCase()}${e.id && `#${e.id}`}`).join(", ");
  }, width);
}

async function markup(name, html, shots) {
  const file = join(shots, `${name}.html`);
  writeFileSync(file, html);
  const answer = await promisify(execFile)("java", ["-jar", vnu, "--format", "text", file]).then(
    () => "",
    (error) => error.stderr || error.message,
  );
  check(`${name}: valid HTML`, answer === "", answer.replaceAll(file, `${name}.html`));
}

/** axe needs scripts: the same bytes again, under the same address, in a context that has them. */
async function accessible(browser, name, url, html, colorScheme, origin) {
  const context = await browser.newContext({ bypassCSP: true, colorScheme, viewport: { width: 1280, height: 844 } });
  try {
    const page = await context.newPage();
    const target = new URL(url, origin).href.split("#")[0];
    await page.route(target, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }));
    await page.goto(target);
    await page.addScriptTag({ content: axe.source });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const grave = violations.filter((v) => v.impact === "serious" || v.impact === "critical");
    const told = (v) => `${v.impact} ${v.id}: ${v.help}`;
    const where = (v) => v.nodes.map((n) => `\n  ${n.html}`).join("");
    check(`${name}: accessible (${colorScheme})`, grave.length === 0, grave.map((v) => told(v) + where(v)).join("\n"));
    for (const v of violations.filter((v) => !grave.includes(v))) console.log(`note  ${name}: ${told(v)}`);
  } finally {
    await context.close();
  }
}

// --- filling forms ---------------------------------------------------------------------------------------------

/** Sends the form and returns the page that came back, with the bytes as sent. */
async function send(page, form) {
  const button = form.locator("button[type=submit], button:not([type]), input[type=submit]").first();
  const [answer] = await Promise.all([page.waitForNavigation({ timeout: 15_000 }), button.click()]);
  return { status: answer.status(), html: await answer.text() };
}

async function open(page, url) {
  const answer = await page.goto(url);
  return { status: answer.status(), html: await answer.text() };
}

async function fill(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.locator(`[name="${name}"]`).first();
    const tag = await field.evaluate((e) => e.tagName);
    if (tag === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
}

/** Answers what else the form insists on: the first choice, a ticked box, a word. */
async function fillRequired(form) {
  for (const field of await form.locator("[required]:visible").all()) {
    const { type, satisfied } = await field.evaluate((e) => ({ type: e.type, satisfied: e.validity.valid }));
    if (satisfied) continue;
    if (type === "checkbox" || type === "radio") await field.check();
    else if (type === "select-one") await field.selectOption({ index: 1 });
    else await field.fill({ email: "reporter@example.org", url: "https://example.org/" }[type] ?? "none");
  }
}

// --- the story -------------------------------------------------------------------------------------------------

async function reportForm(tools) {
  const { page, origin } = tools;
  const { status, html } = await open(page, `${origin}/`);
  must("form: GET / is 200", status === 200, `it is ${status}`);
  const form = page.locator('form:has([name="details"])');
  const there = await form.locator("[name]").evaluateAll((fields) => fields.map((e) => e.name));
  const missing = Object.keys(REPORT).filter((name) => !there.includes(name));
  must("form: has its fields", missing.length === 0, `missing: ${missing.join(", ")}`);
  await inspect(tools, "form", html);
  return form;
}

async function refusedReport(tools) {
  const { page, origin } = tools;
  await open(page, `${origin}/`);
  const form = page.locator('form:has([name="details"])');
  await form.evaluate((e) => (e.noValidate = true)); // the server's own answer, not the browser's
  await fill(form, { package: REPORT.package, summary: REPORT.summary, details: "" });
  const { status, html } = await send(page, form);
  check("errors: the answer is a 4xx", status >= 400 && status < 500, `it is ${status}`);
  const summary = page.locator('#error-summary, .error-summary, [role="alert"]').first();
  must("errors: a summary is shown", (await summary.count()) === 1 && (await summary.isVisible()), await words(page));
  const targets = await summary.locator('a[href*="#"]').evaluateAll((links) => links.map((l) => l.hash.slice(1)));
  check("errors: the summary links to fields", targets.length > 0);
  const lost = await page.evaluate((ids) => ids.filter((id) => !document.getElementById(id)), targets);
  check("errors: each link has its field", lost.length === 0, `no element with id ${lost.join(", ")}`);
  const kept = await page.locator('[name="summary"]').first().inputValue();
  check("errors: what was typed is kept", kept === REPORT.summary, `the summary field has "${kept}"`);
  await inspect(tools, "errors", html);
}

async function receipt(tools) {
  const { page, origin } = tools;
  await open(page, `${origin}/`);
  const form = page.locator('form:has([name="details"])');
  await fill(form, REPORT);
  await fillRequired(form);
  const { status, html } = await send(page, form);
  must("receipt: the report is accepted", status >= 200 && status < 300, `${status}: ${await words(page)}`);
  const text = await words(page);
  const caseId = text.match(CASE_ID)?.[0];
  must("receipt: shows the case id", caseId !== undefined, text);
  const shown = page.locator("#receipt-code");
  must("receipt: shows the code once", (await shown.count()) === 1, text);
  const code = await shown.evaluate((e) => (e.value ?? e.textContent).trim());
  must("receipt: the code is words joined by hyphens", CODE.test(code), `it has ${code.length} characters`);
  check("receipt: the address has no code in it", !page.url().includes(code));
  await inspect(tools, "receipt", html.replaceAll(code, "word-".repeat(11) + "word"));
  return { caseId, code };
}

/** The receipt leads there, by a form of its own or by a link; a form that asks for the code gets it. */
async function casePage(tools, { caseId, code }) {
  const { page, origin } = tools;
  let last = null;
  const asks = () => page.locator('form:has([name="code"])').first();
  if ((await asks().count()) === 0) {
    const link = page.locator('main a[href*="case"], a[href*="case"]').first();
    last = await open(page, (await link.count()) ? await link.evaluate((a) => a.href) : `${origin}/case`);
  }
  if (await asks().count()) {
    const form = asks();
    const field = form.locator('[name="code"]').first();
    if (await field.isVisible()) await field.fill(code);
    for (const name of ["case", "case_id", "id"]) {
      const id = form.locator(`[name="${name}"]:visible`).first();
      if (await id.count()) await id.fill(caseId);
    }
    last = await send(page, form);
  }
  const text = await words(page);
  must("case: opens with the code", last?.status === 200 && text.includes(caseId), `${last?.status}: ${text}`);
  check("case: the address has no code in it", !page.url().includes(code));
  check("case: shows what was reported", text.includes(REPORT.summary), text);
  await inspect(tools, "case", last.html);
}

async function reply(tools, { caseId }) {
  const { page } = tools;
  const form = page.locator("form:has(textarea)").first();
  must("reply: the case page has a form for it", (await form.count()) === 1, await words(page));
  await form.locator("textarea").first().fill(REPLY);
  await fillRequired(form);
  const { status, html } = await send(page, form);
  const text = await words(page);
  check("reply: is accepted", status >= 200 && status < 300, `${status}: ${text}`);
  check("reply: is shown on the case page", text.includes(REPLY) && text.includes(caseId), text);
  await inspect(tools, "replied", html);
}

function words(page) {
  return page.locator("body").innerText();
}

// --- main ------------------------------------------------------------------------------------------------------

async function story(tools) {
  const elsewhere = new Set();
  tools.page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== tools.origin && protocol !== "data:") elsewhere.add(request.url());
  });
  await reportForm(tools);
  await refusedReport(tools);
  const given = await receipt(tools);
  await casePage(tools, given);
  await reply(tools, given);
  check("nothing is loaded from elsewhere", elsewhere.size === 0, [...elsewhere].join("\n"));
}

async function main() {
  if (!process.env.DESK_BIN) throw new Error("DESK_BIN names no program");
  const folder = mkdtempSync(join(tmpdir(), "desk-browser-"));
  const shots = process.env.DESK_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "desk-screenshots-"));
  mkdirSync(shots, { recursive: true });
  const desk = await Desk.start(folder);
  let browser = null;
  try {
    must("the desk is ready", await desk.ready(), desk.running ? "" : await desk.ended);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    });
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await story({ browser, page, shots, origin: desk.origin });
  } catch (error) {
    if (!(error instanceof Stop)) check("the story runs to its end", false, error.stack);
  } finally {
    await browser?.close();
    const kindly = await desk.stop();
    check("the desk ends when asked", kindly, await desk.ended);
    if (failed) console.log(`the desk's last lines:\n${desk.lastLines()}`);
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`screenshots: ${shots}`);
  console.log(`browser: ${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

await main();
