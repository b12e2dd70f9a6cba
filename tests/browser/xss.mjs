// Hostile words in every place that takes words, and every page that shows them, with scripts allowed and only the desk's own
// Content-Security-Policy between: nothing runs, nothing is fetched, the policy has nothing to stop, and what was typed is read as
// it was typed.

import { check, must } from "./checks.mjs";
import { allMails, cli } from "../harness/desk.mjs";
import { ELSEWHERE, SHAPED, SHORT, TEXT, lines, oneLine } from "./hostile.mjs";
import { navigation, steps } from "./seen.mjs";
import { Watch } from "./watch.mjs";

const JSON_TYPE = { "content-type": "application/json" };
const LINES = lines();
/** One of each place, for where there is one field only. */
const LINE = LINES[0];
/** Without what no advisory may hold, and no mail keeps: control characters. */
const PRINTABLE = TEXT.replaceAll(/[^\P{Cc}\n]/gu, "");

async function story(tools) {
  const watch = await Watch.at(tools);
  await sees(watch);
  const filed = await reports(tools);
  await reporter(watch, filed);
  await form(watch);
  const mailed = await mailIn(tools);
  const bob = await Watch.at(tools, await session(tools, "bob"));
  await team(bob, filed, mailed);
  await opened(watch, "reporter of a case whose steps were taken", filed[1].receipt_code, [TEXT]);
  await published(tools, watch, bob, filed[0]);
  await site(tools, watch);
  await addresses(watch, bob, filed[0].case_id);
  await signIn(tools, watch);
  await mailbox(tools, watch);
  for (const { context } of [watch, bob]) await context.close();
}

async function session({ data }, member) {
  return { authorization: `Bearer ${(await cli("token", member, "--data", data)).trim()}` };
}

/** What this story looks for would be found: the same words unescaped, without a policy and with one. */
async function sees(watch) {
  const policy = (await fetch(watch.origin)).headers.get("content-security-policy");
  const html = `<title>control</title><script>__xss(1)</script><img src=${ELSEWHERE}/a.png><svg onload=alert(1)>`;
  for (const [name, headers, signs] of [
    ["without a policy", {}, ["ran __xss(1)", "ran alert(1)", `fetched ${ELSEWHERE}/a.png`]],
    ["with the desk's", { "content-security-policy": policy }, ["stopped script-src-elem", "stopped img-src", "logged "]],
  ]) {
    await watch.context.route("**/control", (route) => route.fulfill({ contentType: "text/html", headers, body: html }));
    await watch.page.goto(`${watch.origin}/control`, { waitUntil: "load" });
    const took = watch.took();
    const missed = signs.filter((sign) => !took.some((told) => told.startsWith(sign)));
    must(`xss: the watch sees what runs ${name}`, missed.length === 0, `not ${missed.join(", ")} in\n${took.join("\n")}`);
    await watch.context.unroute("**/control");
  }
}

// --- reports ---------------------------------------------------------------------------------------------------

/** The value of a schema, each string of it hostile; `said(pointer, most)` gives a string. */
function valueOf(api, schema, said, pointer = "") {
  if (schema.$ref) return valueOf(api, api.components.schemas[schema.$ref.split("/").pop()], said, pointer);
  if (schema.anyOf) return valueOf(api, schema.anyOf[0], said, pointer);
  if (schema.type === "boolean") return true;
  if (schema.enum) return schema.enum[0];
  if (schema.type === "string") return said(pointer, schema.maxLength ?? 300);
  const fields = Object.entries(schema.properties).map(([key, field]) => [key, valueOf(api, field, said, `${pointer}/${key}`)]);
  return Object.fromEntries(fields);
}

/** Files whose names are hostile, and what is in them too. */
const FILES = LINES.slice(0, 12).map((words, nth) => ({ name: `${words}${nth}.html`, mimeType: "text/html", buffer: Buffer.from(TEXT) }));

/** As many reports as it takes for each line to stand in some field; every field of the API's document, all texts in the first. */
async function reports({ origin }) {
  const api = await (await fetch(`${origin}/openapi.json`)).json();
  const { schema } = api.paths["/reports"].post.requestBody.content["application/json"];
  const refused = new Map(); // by pointer, how often: words alone are no link, address or date
  const filed = [];
  for (let next = 0; next < LINES.length; ) {
    const said = (pointer, most) => {
      const words = most <= 300 ? LINES[next++ % LINES.length] : filed.length ? SHORT : TEXT;
      return [words, SHAPED.link, SHAPED.address, SHAPED.date][refused.get(pointer) ?? 0];
    };
    const start = next;
    const report = valueOf(api, schema, said);
    const answer = await fetch(`${origin}/reports`, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(report) });
    const { errors = [], ...made } = await answer.json();
    if (answer.status === 422) {
      next = start;
      for (const pointer of errors.map((error) => error.pointer.replace(/^#/, ""))) refused.set(pointer, (refused.get(pointer) ?? 0) + 1);
      if (Math.max(...refused.values()) < 5) continue;
    }
    must("xss: a report of hostile words is taken", answer.status === 201, `${answer.status} ${JSON.stringify(errors)}`);
    filed.push({ ...made, report });
  }
  console.log(`note  xss: ${filed.length} reports, ${LINES.length} lines, texts of ${TEXT.length} characters`);
  console.log(`note  xss: words alone are refused in ${[...refused.keys()].join(", ")}`);
  return filed;
}

function strings(value) {
  if (typeof value === "string") return [value];
  return value && typeof value === "object" ? Object.values(value).flatMap(strings) : [];
}

/** What of a report stands on pages as it was typed: all but its choices and dates. */
function typedIn({ report }) {
  return strings(report).filter((words) => /[<>]/.test(words));
}

/** The reporter's own page of some reports, and a message there. */
async function reporter(watch, filed) {
  for (const { case_id: id, receipt_code: code, report } of filed.slice(-3)) {
    await opened(watch, `case of its reporter ${id}`, code, [id, report.summary, report.details]);
  }
  const message = watch.page.locator('form[action="/case/messages"]');
  await watch.fill(message, LINE, TEXT);
  await message.locator('[name="files"]').setInputFiles(FILES);
  await watch.send("message of the reporter", message, [TEXT, "1.html"]);
}

async function opened(watch, name, code, typed) {
  await watch.context.clearCookies();
  await watch.page.goto(`${watch.origin}/case`);
  const form = watch.page.locator('form:has([name="code"])').first();
  await form.locator('[name="code"]').fill(code);
  return watch.send(name, form, typed);
}

/** The form of the report, with something wrong, so that it comes back as it was filled in; and a code that is none. */
async function form(watch) {
  await watch.open("form", `/?${new URLSearchParams({ package: LINE, next: LINE })}`);
  const report = watch.page.locator('form:has([name="details"])');
  await watch.fill(report, LINE, TEXT);
  await watch.send("form that comes back", report, [TEXT]);
  await opened(watch, "code that is none", LINE, []);
  await watch.open("comment form", "/policy/comment");
  await watch.fill(comment(watch), LINE, TEXT);
  await watch.send("comment that comes back", comment(watch), [TEXT]);
  await comment(watch).locator('[name="email"]').fill("");
  await watch.send("comment that is sent", comment(watch));
}

function comment(watch) {
  return watch.page.locator('form[action="/policy/comment"]');
}

// --- mail ------------------------------------------------------------------------------------------------------

const quoted = (words) => `"${words.replaceAll(/["\\]/g, "\\$&")}"`;
const encoded = (words) => `=?utf-8?B?${Buffer.from(words).toString("base64")}?=`;

function mail(headers, ...parts) {
  const head = ["To: security@expressjs.com", `Subject: ${encoded(LINE)}`, `Message-ID: <${crypto.randomUUID()}@example.org>`];
  const from = `From: ${encoded(LINES[1])} <rita@example.org>`;
  const type = ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="part"'];
  const body = parts.map((part) => ["--part", ...part].join("\r\n"));
  return [from, ...head, ...headers, ...type, "", ...body, "--part--", ""].join("\r\n");
}

const plain = ["Content-Type: text/plain; charset=utf-8", "", PRINTABLE.replaceAll("\n", "\r\n")];
const html = ["Content-Type: text/html; charset=utf-8", "", `<html><body>${PRINTABLE}</body></html>`];
const attached = LINES.slice(0, 12).map((name) => {
  const words = name.replaceAll(/[^\x20-\x7e]/g, "");
  return [`Content-Type: text/html; name=${quoted(words)}`, `Content-Disposition: attachment; filename=${quoted(words)}`, "", html[2]];
});

/** A report by mail, one that is HTML alone, one whose sender nothing proves, and what is only filed. */
async function mailIn(tools) {
  const { origin } = tools;
  const ids = [];
  for (const [raw, found] of [
    [mail([], plain, html, ...attached), ""],
    [mail([], html), ""],
    [mail([`In-Reply-To: <${LINE}>`], plain), "dmarc=FAIL"],
    [mail(["Auto-Submitted: auto-replied"], plain), ""],
  ]) {
    const answer = await fetch(`${origin}/_local/inbox?${found}`, { method: "POST", body: raw });
    const said = await answer.json();
    must("xss: a hostile mail is taken in", answer.status === 201, JSON.stringify(said));
    ids.push(said.case_id);
  }
  await allMails(tools);
  return ids;
}

// --- the team --------------------------------------------------------------------------------------------------

/** The lists, every case, and every step of one, filled in. */
async function team(bob, filed, mailed) {
  await bob.open("desk", "/desk");
  for (const list of await navigation(bob.page)) await bob.open(list, list);
  for (const one of filed) await bob.open(`case ${one.case_id}`, `/desk/cases/${one.case_id}`, typedIn(one));
  // Of the second the words are what its HTML says: markup is gone, and what it names is not.
  for (const [nth, id] of mailed.entries()) await bob.open(`case by mail ${nth}`, `/desk/cases/${id}`, nth === 1 ? [LINE] : [LINE, PRINTABLE]);
  // A new code ends the old one: of a case that its reporter need not open again.
  for (const step of steps()) await stepOf(bob, filed[step === "code" ? 2 : 1].case_id, step);
  await stepOf(bob, mailed[2], "unproven");
  await stepOf(bob, mailed[3], "report");
  await bob.open("desk/comments", "/desk/comments");
  await bob.open("comment", await bob.page.locator("main th a").first().getAttribute("href"), [TEXT]);
  await bob.open("history", `/desk/cases/${filed[1].case_id}/history`);
  await bob.open("case after its steps", `/desk/cases/${filed[1].case_id}`, [TEXT]);
}

/** The step's form with all its fields filled in: what is wrong with them is said, and they stand there as they were typed. */
async function stepOf(watch, id, step) {
  await watch.open(`step ${step}`, `/desk/cases/${id}/${step}`);
  const form = watch.page.locator("main form").last();
  if ((await form.count()) === 0) return;
  const text = ["write", "note"].includes(step) ? TEXT : SHORT;
  await watch.fill(form, LINE, text);
  const areas = await form.locator("textarea").count();
  await watch.send(`step ${step}, filled in`, form);
  const back = watch.page.url().endsWith(`/${step}`);
  if (back && areas) await watch.judge(`step ${step}, refused`, [text]);
}

// --- what is published -----------------------------------------------------------------------------------------

/** Leads the case to its advisory, every word of which is hostile. */
async function published({ data }, watch, bob, { case_id: id, receipt_code: code }) {
  const act = (who, ...args) => cli("case", "do", id, ...args, "--as", who, "--data", data);
  // Somebody answers for what is published; who that is, the steps above may have said already.
  await act("bob", "assign", "member=bob").catch(() => undefined);
  await act("bob", "validate", `reason=${SHORT}`);
  await act("bob", "accept");
  await act("bob", "score", "severity=high", "cwe=CWE-601");
  const affected = [{ package: "express", line: "express@4", introduced: "0", fixed: "4.19.2" }];
  await act("bob", "determine-affected", `affected:=${JSON.stringify(affected)}`);
  await act("bob", "record-audit", `searched=${SHORT}`, `result=${SHORT}`);
  await act("bob", "fix-released", "line=express@4", "version=4.19.2");
  await act("bob", "ask-credit");
  await credit(watch, code);
  const references = JSON.stringify([{ type: "FIX", url: SHAPED.link }]);
  const texts = ["details", "workarounds"].map((name) => `${name}=${PRINTABLE}`);
  await act("bob", "draft-advisory", `title=${LINE}`, `summary=${SHORT}`, ...texts, `references:=${references}`);
  for (const step of ["advisory", "publish", "approve"]) await bob.open(`step ${step} of the draft`, `/desk/cases/${id}/${step}`, [LINE]);
  const links = await bob.page.locator(".previews a").evaluateAll((all) => all.map((a) => new URL(a.href).pathname));
  for (const link of links.filter((link) => link.endsWith(".html"))) await bob.open(`preview ${link.split("/").pop()}`, link, [LINE]);
  await act("dave", "approve-advisory");
  await act("bob", "publish");
  await bob.open("published case", `/desk/cases/${id}`, [LINE]);
}

/** The reporter says how to be named. */
async function credit(watch, code) {
  await opened(watch, "question about credit", code, []);
  const form = watch.page.locator('form[action="/case/credit"]').first();
  await form.locator('[name="as"]').fill(LINE);
  await form.locator('[name="link"]').fill(SHAPED.link);
  const text = await watch.send("answer about credit", form, [LINE]);
  check("xss: the answer about credit is taken", text.includes("Your answer is with the team"), text);
}

/** The site's pages, and what a feed reader would make of the feed that has no policy to protect it. */
async function site(tools, watch) {
  await allMails(tools);
  await watch.open("site", "/site/", [LINE]);
  const href = await watch.page.locator('main a[href^="advisories/"]').first().evaluate((a) => a.href);
  await watch.open("advisory", href, [LINE, SHAPED.link]);
  await watch.open("security updates", "/site/security-updates.html", [LINE]);
  await watch.open("policy", "/site/policy.html");
  const feed = await (await fetch(`${watch.origin}/site/feed.atom`)).text();
  const entries = await watch.page.evaluate((xml) => {
    const read = new DOMParser().parseFromString(xml, "application/xml");
    return [...read.querySelectorAll("entry > *")].map((e) => (e.getAttribute("type") === "html" ? e.textContent : ""));
  }, feed);
  await watch.context.route("**/reader", (route) => route.fulfill({ contentType: "text/html", body: entries.join("\n") }));
  await watch.open("feed in a reader without a policy", "/reader");
  check("xss: the feed has an entry of HTML", entries.some(Boolean), feed.slice(0, 2000));
}

// --- addresses, sign-in, the mailbox ---------------------------------------------------------------------------

/** Hostile words in addresses: each parameter that a page reads, and parts of paths. */
async function addresses(watch, bob, id) {
  const [line, link] = [LINE, SHAPED.link].map(encodeURIComponent);
  const open = ["desk/session?token=", "desk/acknowledge?t=", "case?code=", "check?package=", "check?version=", "site/", "_local/mail?id=", ""];
  const signedIn = ["find?id=", "closed?next=", "filed?next=", "cases/", `cases/${id}/`, `cases/${id}?done=`];
  for (const path of open) await watch.open(`/${path}…`, `/${path}${line}`);
  for (const path of signedIn) await bob.open(`/desk/${path}…`, `/desk/${path}${line}`);
  const next = ["javascript:__xss(40)", "//elsewhere.example", "\\\\elsewhere.example", `/desk?${LINES[1]}`].map(encodeURIComponent);
  for (const word of [line, link, ...next]) await watch.open(`/desk/sign-in?next=${word.slice(0, 12)}…`, `/desk/sign-in?next=${word}`);
}

/** A wrong address comes back as it was typed; whatever is asked to be next, a member who signs in stays on the desk. */
async function signIn(tools, watch) {
  await watch.open("sign-in", "/desk/sign-in");
  const form = () => watch.page.locator("main form").last();
  await watch.fill(form(), LINE, TEXT);
  await watch.send("sign-in with a wrong address", form(), [LINE]);
  await watch.open("sign-in for elsewhere", `/desk/sign-in?next=${encodeURIComponent(`${ELSEWHERE}/`)}`);
  await watch.fill(form(), "carol@example.net", "");
  await watch.send("sign-in asked for", form());
  const sent = (await allMails(tools)).filter((m) => m.to[0] === "carol@example.net").flatMap((m) => m.text.match(/\S+session\?token=\S+/g) ?? []);
  await watch.open("one more click", sent.pop());
  await watch.send("signed in", form());
  check("xss: signing in leads to the desk", watch.page.url().startsWith(`${tools.origin}/desk`), watch.page.url());
}

/** Mails that hold hostile words, one of each kind, as text and as HTML. */
async function mailbox(tools, watch) {
  await watch.page.goto(tools.mail);
  await watch.open("mailbox", "/_local/mail");
  const kind = (m) => `${m.to[0].split("@")[0]} ${m.subject.replaceAll(/EXP-[-\w]+/g, "").slice(0, 40)}`;
  const hostile = (await allMails(tools)).filter((m) => JSON.stringify(m).includes("__xss"));
  const kinds = new Map(hostile.map((m) => [kind(m), m]));
  check("xss: mails hold hostile words", kinds.size > 3, [...kinds.keys()].join("\n"));
  for (const [name, { id }] of kinds) {
    await watch.open(`mail ${name}`, `/_local/mail?id=${encodeURIComponent(id)}`);
    await watch.page.goto(`${watch.origin}/_local/mail/${id}/html`);
    const did = watch.took();
    check(`xss: HTML of mail ${name}: nothing runs, is fetched or had to be stopped`, did.length === 0, did.join("\n"));
  }
}

export const hostile = { story };
