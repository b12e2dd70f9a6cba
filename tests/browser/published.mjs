// What is published: past advisories are replayed, and every kind of page that comes of it is looked at, in light and dark
// and as it prints; with the team's page of a case, and the reporter's where credit is asked.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { check, must } from "./checks.mjs";
import { cli, local, root } from "../harness/desk.mjs";
import { inspect } from "./inspect.mjs";

const CLOCK = { "content-type": "application/json" };

/** Replays the advisories in the folder; the policy that names all of their packages. */
async function prepare(folder) {
  const data = join(folder, "data");
  await cli("replay", "tests/data/advisories", "--data", data);
  return join(data, "replay-policy.toml");
}

async function story(tools) {
  const site = `${tools.origin}/site/`;
  const front = await look(tools, "site-front", site);
  check("front: leads to the newest advisory", front.includes("Open Redirect in malformed URLs"), front);
  const updates = await look(tools, "site-updates", `${site}security-updates.html`);
  for (const version of ["4.20.0", "4.19.2", "5.0.0-beta.3", "0.7.0", "1.20.3"]) {
    check(`updates: has ${version}`, updates.includes(version), updates);
  }
  await look(tools, "site-policy", `${site}policy.html`);
  const thanks = await look(tools, "site-acknowledgments", `${site}acknowledgments.html`);
  check("acknowledgments: says what to do to be one of them", thanks.includes("report what you found in private"), thanks);
  const figures = await look(tools, "site-figures", `${site}figures.html`);
  check("figures: promises were kept", figures.includes("100 %") && !/EXP-\d{4}-/.test(figures), figures);
  await tools.page.goto(`${site}policy.html`);
  const anchors = await tools.page.locator('a[href^="#"]').evaluateAll((links) => links.map((l) => l.hash.slice(1)));
  const lost = await tools.page.evaluate((ids) => ids.filter((id) => !document.getElementById(id)), anchors);
  check("policy: its four sections can be jumped to", anchors.length >= 4 && lost.length === 0, lost.join(", "));
  await tools.page.goto(site);
  const link = tools.page.locator('main a[href^="advisories/"]').first();
  const advisory = await look(tools, "site-advisory", await link.evaluate((a) => a.href));
  check("advisory: names what is patched", advisory.includes("4.19.2") && advisory.includes("5.0.0-beta.3"), advisory);
  const affected = await look(tools, "check", `${tools.origin}/check?package=express&version=4.18.2`);
  check("check: names what to update to", affected.includes("is affected") && affected.includes("npm install express@4.20.0"), affected);
  await look(tools, "check-free", `${tools.origin}/check?package=express&version=5.1.0`);
  await withdrawn(tools, site);
  const missing = await tools.page.goto(`${site}nowhere/at-all.html`);
  check("missing: is told as such", missing.status() === 404, `it is ${missing.status()}`);
  await inspect(tools, "missing", await missing.text());
  await links(tools, "site");
  await team(tools);
  await credit(tools);
}

/** One that its database has withdrawn is told as such wherever it is listed, and asks for nothing. */
async function withdrawn(tools, site) {
  const record = JSON.parse(readFileSync(join(root, "tests/data/advisories/GHSA-rv95-896h-c2vc.json"), "utf8"));
  const at = "2025-12-02T10:00:00Z";
  const taken = await local(tools, "import", { ...record, modified: at, withdrawn: at });
  must("withdrawn: is taken", taken.status === 200, await taken.text());
  const page = await look(tools, "site-withdrawn", `${site}advisories/${record.id}.html`);
  check("withdrawn: its page begins with it", page.includes("Withdrawn on Tue 2025-12-02 10:00 UTC"), page);
  check("withdrawn: its page asks for nothing", !page.includes("What to do") && !page.includes("npm install"), page);
  const updates = await look(tools, "site-updates-withdrawn", `${site}security-updates.html`);
  check("withdrawn: is told apart under its lines", updates.includes("withdrawn 2025-12-02: it asks for no update"), updates);
  // Of a version that was not asked for yet: an answer is kept for a minute.
  const checked = await look(tools, "check-withdrawn", `${tools.origin}/check?package=express&version=4.18.1`);
  check("withdrawn: is named and not counted", checked.includes("Withdrawn, and so not counted"), checked);
}

/** From the front page on, every link of the site's to this desk leads somewhere. */
async function links({ page, origin }, name) {
  const site = `${origin}/site/`;
  const found = new Set([site]); // grows while it is walked
  for (const url of found) {
    const answer = await fetch(url, { redirect: "manual" });
    check(`${name}: ${url.slice(origin.length)} is there`, answer.status === 200, `it is ${answer.status}`);
    if (!url.startsWith(site) || !answer.headers.get("content-type").startsWith("text/html")) continue;
    await page.goto(url);
    const hrefs = await page.locator("[href]").evaluateAll((links) => links.map((l) => l.href.split("#")[0]));
    for (const href of hrefs) if (href.startsWith(origin)) found.add(href);
  }
  return found;
}

/** Before anything is published the site is whole already. */
async function empty(tools) {
  const found = await links(tools, "empty site");
  for (const key of ["security-updates.html", "acknowledgments.html", "policy.html", "figures.html", "feed.atom"]) {
    check(`empty site: leads to ${key}`, found.has(`${tools.origin}/site/${key}`), [...found].join(", "));
  }
  await tools.page.goto(`${tools.origin}/site/security-updates.html`);
  const said = await tools.page.locator("body").innerText();
  check("empty site: says that there are no updates yet", said.includes("No security updates have been published"), said);
}

/** The page of a closed case, as its handler sees it. */
async function team(tools) {
  const token = (await cli("token", "alice", "--data", tools.data)).trim();
  const context = await tools.browser.newContext({ javaScriptEnabled: false });
  await context.setExtraHTTPHeaders({ authorization: `Bearer ${token}` });
  const page = await context.newPage();
  const mails = await (await local(tools, "mail.json")).json();
  const id = mails.map((m) => m.subject.match(/EXP-\d{4}-[0-9A-Z]{5}/)?.[0]).find((found) => found);
  const answer = await page.goto(`${tools.origin}/desk/cases/${id}`);
  must("team: the page of a case opens", answer.status() === 200, `it is ${answer.status()}`);
  await page.locator("summary").first().click();
  const text = await page.locator("body").innerText();
  for (const word of ["Where it is announced", "Express mailing list", "done", "StrongLoop blog", "Steps"]) {
    check(`team: shows "${word}"`, text.includes(word), text);
  }
  await inspect({ ...tools, page }, "team-case", await answer.text());
  await context.close();
}

/** The reporter's page, where the question about credit waits. */
async function credit(tools) {
  const { page, origin } = tools;
  const body = { package: "express", versions: "4", summary: "A question", details: "d", credit: { as: "Rita" } };
  const filed = await (
    await fetch(`${origin}/reports`, { method: "POST", headers: CLOCK, body: JSON.stringify(body) })
  ).json();
  const act = (...args) => cli("case", "do", filed.case_id, ...args, "--as", "bob", "--data", tools.data);
  await act("validate", "reason=Confirmed.");
  await act("ask-credit");
  await page.goto(`${origin}/case`);
  await page.locator('[name="code"]').first().fill(filed.receipt_code);
  const open = page.locator("main form button").first();
  const [answer] = await Promise.all([page.waitForNavigation(), open.click()]);
  const name = page.locator("#credit-as");
  must("credit: is asked on the page", (await name.count()) === 1, await page.locator("body").innerText());
  check("credit: what was wished for stands there", (await name.inputValue()) === "Rita");
  await inspect(tools, "credit", (await answer.text()).replaceAll(filed.receipt_code, "word-".repeat(11) + "word"));
  await name.fill("Rita Reporter");
  const [thanks] = await Promise.all([page.waitForNavigation(), page.getByText("Name me like this").click()]);
  const said = await page.locator("body").innerText();
  check("credit: is taken", thanks.status() === 200 && said.includes("Rita Reporter"), said);
}

/** Opens and inspects a page, and keeps how it looks in the dark and in print. */
async function look(tools, name, url) {
  const { page, shots, browser } = tools;
  const answer = await page.goto(url);
  must(`${name}: is there`, answer.status() === 200, `${url} is ${answer.status()}`);
  const text = await page.locator("body").innerText();
  await inspect(tools, name, await answer.text());
  const looks = { dark: { colorScheme: "dark" }, print: {} };
  for (const [look, options] of Object.entries(looks)) {
    const context = await browser.newContext({ ...options, javaScriptEnabled: false });
    const other = await context.newPage();
    if (look === "print") await other.emulateMedia({ media: "print" });
    await other.goto(url);
    const file = join(shots, `${name}-${look}.png`);
    await other.screenshot({ path: file, fullPage: true });
    check(`${name}: was seen in ${look}`, readFileSync(file).length > 0);
    await context.close();
  }
  await page.goto(url);
  return text;
}

export const published = { prepare, story, empty };
