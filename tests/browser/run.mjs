// The pages in Chromium without JavaScript, against the real desk on this machine: the reporter's, what mail brings, the team's whole
// process (also with JavaScript, and by keyboard alone), what is published, and what hostile words do to all of them (there with
// JavaScript). Every page of the API's document is looked at.
// Environment: DESK_BIN (the program), DESK_SCREENSHOTS (a folder; default: a new one in the temporary folder), DESK_STORIES (names
// of stories, to tell only those while working on one).

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { Stop, check, counts, must } from "./checks.mjs";
import { Desk } from "../harness/desk.mjs";
import { inspect, valid } from "./inspect.mjs";
import { mailed } from "./mail.mjs";
import { published } from "./published.mjs";
import { parties } from "./parties.mjs";
import { second } from "./second.mjs";
import { allSeen } from "./seen.mjs";
import { worked } from "./team.mjs";
import { hostile } from "./xss.mjs";

const CASE_ID = /EXP-\d{4}-[0-9A-Z]{5}/;
const CODE = /^[a-z]+(-[a-z]+){9,}$/; // 128 bits are at least ten words

const REPORT = {
  package: "express",
  summary: "Open redirect in res.location",
  details: "A target that starts with three slashes leaves the site.\n\nSteps: GET /?to=///example.org",
};
const REPLY = "It also happens in version 5.0.1.";

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
    const type = await field.evaluate((e) => e.type);
    if (type === "radio") await form.locator(`[name="${name}"][value="${value}"]`).check();
    else if (tag === "SELECT") await field.selectOption(value);
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
  await inspect(tools, "form-of-reports", (await open(page, `${origin}/reports`)).html);
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

/** Who names a module of others' is told before anything is sent, and loses nothing. */
async function others(tools) {
  const { page, origin } = tools;
  await open(page, `${origin}/`);
  const form = page.locator('form:has([name="details"])');
  await fill(form, { ...REPORT, package: "(another)", package_other: "npm:Helmet@7" });
  const { status, html } = await send(page, form);
  const text = await words(page);
  check("others: the page says whose it is", status === 200 && text.includes("helmet is maintained by others"), text);
  await inspect(tools, "others", html);
  await page.getByText("Back to the form").click();
  check("others: what was typed is kept", (await page.locator('[name="details"]').inputValue()) === REPORT.details);
  check("others: the choice too", await page.locator('[value="(another)"]').isChecked());
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

/** The receipt leads there by a form of its own; from then on each view is a GET without the code. */
async function casePage(tools, { caseId, code }) {
  const { page, origin } = tools;
  const { status } = await send(page, page.locator('form:has([name="code"])').first());
  const text = await words(page);
  must("case: opens with the code", status === 200 && text.includes(caseId), `${status}: ${text}`);
  check("case: the address is its own", page.url() === `${origin}/case`, page.url());
  check("case: shows what was reported", text.includes(REPORT.summary), text);
  const again = await page.reload();
  const html = await again.text();
  check("case: a reload shows it again", again.status() === 200 && html.includes(caseId), await words(page));
  check("case: the code is not in the page", !html.includes(code));
  await inspect(tools, "case", html);
}

async function reply(tools, { caseId }) {
  const { page, origin } = tools;
  const form = page.locator("form:has(textarea)").first();
  must("reply: the case page has a form for it", (await form.count()) === 1, await words(page));
  await form.locator("textarea").first().fill(REPLY);
  const { status, html } = await send(page, form);
  const text = await words(page);
  check("reply: leads back to the case page", status === 200 && new URL(page.url()).pathname === "/case", page.url());
  check("reply: is shown on the case page", text.includes(REPLY) && text.includes(caseId), text);
  await inspect(tools, "replied", html);
  await page.goto(`${origin}/`);
  await page.goBack();
  check("reply: Back shows the case page", (await words(page)).includes(REPLY), page.url());
}

/** Files are added one after another; each is seen to have arrived. */
async function files(tools) {
  const { page } = tools;
  for (const name of ["poc.js", "screen <1>.png"]) {
    const form = page.locator('form[action="/case/messages"]');
    await form.locator('[name="files"]').setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.alloc(2048, 7) });
    const { status } = await send(page, form);
    const text = await words(page);
    const shown = name.replaceAll(/[<>]/g, "_");
    check(`files: ${shown} has arrived`, status === 200 && text.includes(shown) && text.includes("2 kB"), text);
  }
  const form = page.locator('form[action="/case/messages"]');
  await form.locator("textarea").fill(REPLY);
  const large = { name: "large.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(4 * 1024 * 1024 + 1) };
  await form.locator('[name="files"]').setInputFiles(large);
  const { status, html } = await send(page, form);
  const text = await words(page);
  check("files: what is too large is said", status === 413 && text.includes("Your files are too large"), text);
  check("files: what was typed is kept", (await page.locator("textarea").inputValue()) === REPLY);
  await inspect(tools, "files", html);
  await page.goto(`${tools.origin}/case`);
}

/** What a reporter says beside messages: how it stands, a day of their own, a name before it is asked, a new code. */
async function says(tools, given) {
  const { page, origin } = tools;
  const press = async (action, button) => {
    const form = page.locator(`form[action="${action}"]`);
    await Promise.all([page.waitForNavigation(), form.getByRole("button", { name: button }).click()]);
    return words(page);
  };
  const unfold = (summary) => page.getByText(summary, { exact: true }).click();
  const asked = await press("/case/standing", "Ask how it stands");
  check("says: how it stands is asked, once a day", asked.includes("You have asked how it stands; you can ask again from"), asked);
  await unfold("Say when you mean to publish");
  await page.locator('[name="planned_for"]').fill("2020-01-01");
  const past = await press("/case/disclosure", "I publish then");
  check("says: a day that is past is refused", past.includes("The day must not be past"), past);
  check("says: the day is kept", (await page.locator('[name="planned_for"]').inputValue()) === "2020-01-01");
  await page.locator('[name="planned_for"]').fill("2099-01-31");
  await page.locator('[name="planned_for_time"]').fill("15:00");
  await page.locator('[name="planned_for_zone"]').fill("Europe/Berlin");
  const minute = await press("/case/disclosure", "I publish then");
  check("says: a time of their own, in their own zone", minute.includes("Sat 2099-01-31 14:00 UTC, 15:00 Europe/Berlin"), minute);
  await unfold("Say when you mean to publish");
  check("says: the form has what was said last", (await page.locator('[name="planned_for_zone"]').inputValue()) === "Europe/Berlin");
  await inspect(tools, "own-date", await page.content());
  const waits = await press("/case/disclosure", "I keep it to myself until the release");
  check("says: who waits for the release is told so", waits.includes("You keep it to yourself until the fixes are released."), waits);
  await unfold("Say how you wish to be named");
  await page.locator('[name="as"]').fill("Rita R.");
  const named = await press("/case/credit", "Name me like this");
  check("says: credit before it is asked", named.includes("Your answer so far: Rita R."), named);
  const [receipt] = await Promise.all([page.waitForEvent("download"), page.getByText("Download the receipt").click()]);
  check("says: the receipt is had again", receipt.suggestedFilename() === `receipt-${given.caseId}.jws`, receipt.suggestedFilename());
  await unfold("Make a new one");
  await press("/case/code", "Make a new code");
  const code = (await page.locator("#receipt-code").textContent()).trim();
  must("new code: is shown", CODE.test(code) && code !== given.code, `it has ${code.length} characters`);
  await inspect(tools, "new-code", (await page.content()).replaceAll(code, "word-".repeat(11) + "word"));
  await page.getByText("back to my case").click();
  check("new code: the session goes on with it", (await words(page)).includes(given.caseId), page.url());
  check("new code: it is in no address", page.url() === `${origin}/case`, page.url());
  return { ...given, code };
}

async function leave(tools, { caseId, code }) {
  const { page, origin } = tools;
  await page.locator('form[action="/case/leave"] button').click();
  check("leave: the page says so", (await words(page)).includes("You have left"), await words(page));
  await page.goBack();
  await page.reload();
  check("leave: nothing opens without the code", !(await words(page)).includes(REPLY), page.url());
  await page.goto(`${origin}/case`);
  const form = page.locator('form:has([name="code"])');
  const wrong = code.replace(/^[a-z]+/, "amry");
  await form.locator('[name="code"]').fill(wrong);
  const { status, html } = await send(page, form);
  const text = await words(page);
  check("wrong code: names the word", status === 404 && text.includes("“amry” is not one of our words"), text);
  check("wrong code: keeps what was typed", (await page.locator('[name="code"]').inputValue()) === wrong);
  await inspect(tools, "wrong-code", html);
  await page.locator('[name="code"]').fill(code.replaceAll("-", " ").toUpperCase());
  await send(page, form);
  check("wrong code: the right one opens it, however it is written", (await words(page)).includes(caseId), page.url());
}

function words(page) {
  return page.locator("body").innerText();
}

// --- main ------------------------------------------------------------------------------------------------------

/** Nothing that a page shows comes from elsewhere. */
async function alone(tools, story) {
  const elsewhere = new Set();
  tools.page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== tools.origin && protocol !== "data:") elsewhere.add(request.url());
  });
  await story();
  check("nothing is loaded from elsewhere", elsewhere.size === 0, [...elsewhere].join("\n"));
}

async function reporter(tools) {
  await published.empty(tools);
  await reportForm(tools);
  await refusedReport(tools);
  await others(tools);
  const given = await receipt(tools);
  await casePage(tools, given);
  await reply(tools, given);
  await files(tools);
  await leave(tools, await says(tools, given));
}

/** Nothing of these may be there: as a check takes it. */
function none(found) {
  return [found.length === 0, found.join(", ")];
}

/** One desk in a folder of its own, one story on it. */
async function on(browser, shots, prepare, story) {
  const folder = mkdtempSync(join(tmpdir(), "desk-browser-"));
  let desk = null;
  try {
    const policy = await prepare(folder);
    desk = Desk.start(folder, policy);
    must("the desk is ready", await desk.ready(), desk.running ? "" : await desk.ended);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const tools = { browser, page, shots, origin: desk.origin, mail: desk.mail, data: desk.data };
    await alone(tools, () => story(tools));
    await context.close();
  } catch (error) {
    if (!(error instanceof Stop)) check("the story runs to its end", false, error.stack);
  } finally {
    if (desk) check("the desk leaves nothing undone", ...none(await desk.left()));
    if (desk) check("the desk ends when asked", await desk.stop(), await desk.ended);
    if (desk) check("the desk's alarms are those that were expected", ...none(desk.alarms()));
    if (desk && counts.failed) console.log(`the desk's last lines:\n${desk.lastLines()}`);
    rmSync(folder, { recursive: true, force: true });
  }
}

const plain = () => undefined;

/** Each with what prepares its policy, on a desk of its own. */
const STORIES = {
  reporter: [plain, reporter],
  mail: [plain, mailed.story],
  team: [plain, worked.story],
  scripted: [plain, worked.scripted],
  keyboard: [plain, worked.byKeyboard],
  second: [plain, second.story],
  parties: [plain, parties.story],
  published: [published.prepare, published.story],
  hostile: [plain, hostileWords],
};

async function hostileWords(tools) {
  await hostile.story(tools);
  if (!process.env.DESK_STORIES) await allSeen(tools);
}

async function main() {
  if (!process.env.DESK_BIN) throw new Error("DESK_BIN names no program");
  const shots = process.env.DESK_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "desk-screenshots-"));
  mkdirSync(shots, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  try {
    const told = process.env.DESK_STORIES?.split(" ") ?? Object.keys(STORIES);
    for (const name of told) await on(browser, shots, ...STORIES[name]);
    await valid(shots);
  } finally {
    await browser.close();
  }
  console.log(`screenshots: ${shots}`);
  console.log(`browser: ${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed ? 1 : 0;
}

await main();
