// The team's whole process, clicking and typing only: from the mail that wakes somebody to the published advisory, by two
// members, on a phone. Once without JavaScript, where each page is looked at and what each task costs is counted and held to the
// table that the pages are built to; once with JavaScript; and once with nothing but a keyboard.

import { createHmac } from "node:crypto";

import { check, must } from "./checks.mjs";
import { corrected } from "./corrected.mjs";
import { inspect } from "./inspect.mjs";
import { Member, WAYS, linkTo } from "./member.mjs";
import { allMails } from "../harness/desk.mjs";
import { navigation, saw } from "./seen.mjs";

const RITA = "rita@example.org";
const REPORT = {
  package: "express",
  versions: "4.21.0",
  summary: "Open redirect in res.location",
  details: "A target that starts with three slashes leaves the site.",
  reporter: { name: "Rita R.", email: RITA, answers: "mail" },
  credit: { as: "Rita R." },
};

async function story(tools) {
  const headers = { "content-type": "application/json" };
  const filed = await (await fetch(`${tools.origin}/reports`, { method: "POST", headers, body: JSON.stringify(REPORT) })).json();
  const id = filed.case_id;
  const alice = await Member.at(tools, "alice@example.com");
  await woken(tools, alice, id);
  await reading(tools, alice, id);
  await alice.page.goto(`${tools.origin}/desk`);
  await alice.look("team-board");
  await alice.tap(alice.page.locator(`a[href="/desk/cases/${id}"]`));
  await firstScreen(alice);
  await alice.look("team-case-open");
  await answered(alice, id);
  await others(alice, id);
  await fixed(alice, id);
  await written(alice, id);
  const dave = await Member.at(tools, "dave@example.com");
  await dave.signIn((name) => dave.look(name));
  await approved(tools, dave, id);
  await corrected(alice, dave, id);
  await lists(tools, alice, id);
  await opened(tools, alice);
  await crowd(tools, alice);
  for (const member of [alice, dave]) await member.context.close();
}

/** From the mail to the acknowledgement: two taps, and no scrolling. */
async function woken(tools, alice, id) {
  await alice.open(await linkTo(tools, alice.address, "/desk/acknowledge?t="));
  const bottom = await alice.button("Send and acknowledge").evaluate((e) => e.getBoundingClientRect().bottom);
  check("acknowledge: its button is on the first screen", bottom <= 600, `${bottom} px`);
  await alice.look("team-acknowledge");
  check("acknowledge: the case is taken with it", await alice.page.locator('[name="take"]').isChecked());
  await alice.tap(alice.button("Send and acknowledge"));
  const text = await alice.text();
  must("acknowledge: is done and taken", text.includes("is acknowledged") && text.includes("Alice Example handles it"), text);
  const { taps, typed } = alice.cost();
  check("acknowledge: two taps, nothing typed", taps === 2 && typed === 0, `${taps} taps, ${typed} characters (${id})`);
}

/** From the acknowledgement to the report: three taps, nothing typed. */
async function reading(tools, alice, id) {
  await alice.tap(alice.button("Mail me a link to the report"));
  await alice.look("team-link-mailed");
  alice.cost();
  alice.taps = 1;
  await alice.open(await linkTo(tools, alice.address, "/desk/session?token="));
  await alice.look("team-session");
  await alice.tap(alice.page.locator("main form button"));
  const text = await alice.text();
  must("reading: the report is open", alice.page.url().endsWith(`/desk/cases/${id}`) && text.includes("three slashes"), text);
  const { taps, typed } = alice.cost();
  check("acknowledged → reading the report: three taps, nothing typed", taps === 3 && typed === 0, `${taps} taps, ${typed} characters`);
}

/** What is next is told on the first screen of a phone. */
async function firstScreen(member) {
  const next = await member.page.locator(".next").first().evaluate((e) => e.getBoundingClientRect().bottom);
  check("case: what is next is on the first screen", next <= 640, `${next} px`);
}

async function answered(alice, id) {
  const cost = await alice.step(id, "write", async () => {
    await alice.type("message", "We can reproduce it.");
    await alice.type("next_steps", "A fix within two weeks.");
  });
  check("answer the reporter: two taps and text", cost.taps === 2, `${cost.taps} taps`);
  await alice.page.goto(`${alice.tools.origin}/desk/cases/${id}/write`);
  await alice.tap(alice.link("More to reproduce it"));
  check("a template fills the message in", (await alice.page.locator('[name="message"]').inputValue()).includes("could not reproduce"));
  await alice.look("team-write");
  await alice.button("Send to the reporter").waitFor();
  await alice.page.locator('[name="message"]').fill("");
  await alice.tap(alice.button("Send to the reporter"));
  const refused = await alice.text();
  check("an empty message is named", refused.includes("There is a problem") && refused.includes("Message:"), refused);
  await alice.step(id, "severity", async () => {
    await alice.choose("severity", "high");
    await alice.type("cwe", "CWE-601");
  });
  await alice.page.goto(`${alice.tools.origin}/desk/cases/${id}/decide`);
  await alice.look("team-decide");
  await alice.step(id, "decide", async () => {
    await alice.choose("outcome", "confirm");
    await alice.type("reason", "It is a vulnerability, and we fix it.");
  });
}

/** The steps that nothing else of this story looks at. */
const OTHER_STEPS = ["note", "take", "severity", "facts", "audit", "plan", "credit", "module", "duty", "code"];

async function others(alice, id) {
  for (const step of OTHER_STEPS) {
    await alice.page.goto(`${alice.tools.origin}/desk/cases/${id}/${step}`);
    await alice.look(`team-${step}`);
  }
}

async function fixed(alice, id) {
  const cost = await alice.step(id, "lines", async () => {
    for (const [row, version] of [["l1", "4.21.1"], ["l2", "5.0.2"]]) {
      await alice.choose(`${row}.affected`, "yes");
      await alice.type(`${row}.fixed`, version);
    }
    await alice.choose("l0.affected", "no");
  }, "Save");
  check("affected versions: a choice and a version a line", cost.typed <= 12 && cost.taps <= 5, JSON.stringify(cost));
  await alice.page.goto(`${alice.tools.origin}/desk/cases/${id}/lines`);
  await alice.look("team-lines");
  await alice.step(id, "lines", async () => {
    for (const [row, version] of [["l1", "4.21.1"], ["l2", "5.0.2"]]) {
      await alice.choose(`${row}.state`, "released");
      await alice.type(`${row}.words`, version);
    }
  }, "Save");
  await alice.step(id, "audit", async () => {
    await alice.type("searched", "All of lib/");
    await alice.type("result", "Nothing else.");
  });
}

async function written(alice, id) {
  await alice.step(id, "credit", async () => {}, "Ask the reporter");
  await alice.step(id, "credit", async () => alice.type("as", "Rita R."));
  await alice.step(id, "advisory", async () => {
    await alice.type("title", "Open redirect in res.location");
    await alice.type("summary", "A target that starts with three slashes leaves the site.");
    await alice.type("details", "Details *here*.");
    await alice.type("references", "FIX https://github.com/expressjs/express/pull/12");
  });
  await alice.step(id, "advisory", async () => {
    await alice.type("details", "Details *there*.");
    await unsaved(alice);
  });
  await alice.page.goto(`${alice.tools.origin}/desk/cases/${id}/advisory`);
  await alice.look("team-advisory");
}

/** What is typed is looked at before it is saved, and what was saved is not changed by that. */
async function unsaved(alice) {
  await alice.tap(alice.button("Preview"));
  const text = await alice.text();
  check("preview: says that nothing is saved", text.includes("Not saved, not public."), text);
  check("preview: shows the words as they will read", (await alice.page.locator(".review em").innerText()) === "there");
  check("preview: marks what it changes", (await alice.page.locator(".changes ins").allInnerTexts()).join() === "*there*.");
  check("preview: keeps what was typed", (await alice.page.locator('[name="details"]').inputValue()) === "Details *there*.");
  await alice.look("team-advisory-unsaved");
}

/** From the mail on: read, approve. */
async function approved(tools, dave, id) {
  await dave.open(await linkTo(tools, dave.address, `/desk/cases/${id}/approve`));
  await dave.look("team-approve");
  check("approve: the very words are there", (await dave.text()).includes("Subject: [Express security]"), await dave.text());
  const changed = await dave.page.locator(".changes ins").allInnerTexts();
  check("approve: what has changed is marked", changed.join() === "*there*.", changed.join());
  await previewed(tools, dave, id);
  await dave.tap(dave.button("Approve this form"));
  const { taps } = dave.cost();
  must("approve: is done in two taps from the mail", dave.page.url().includes("done=approve") && taps <= 4, `${taps} taps`);
  await scheduled(dave, id);
  await dave.step(id, "publish", async () => {
    await dave.choose("what", "now");
    await dave.look("team-publish");
  });
  const text = await dave.text();
  check("published: the case says so", text.includes("Released") && text.includes("Where it is announced"), text);
  await dave.look("team-case-published");
}

/** It is set to be published by itself, and the case says so. */
async function scheduled(dave, id) {
  const cost = await dave.step(id, "publish", async () => {
    await dave.choose("what", "at");
    await dave.type("on", new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
    await dave.type("time", "15:00");
    await dave.type("zone", "Europe/Berlin");
    await dave.look("team-publish-at");
  });
  check("schedule: three taps, a day and a time", cost.taps === 3, JSON.stringify(cost));
  const text = await dave.text();
  check("schedule: the case says when it is published", text.includes("It is published by itself on") && text.includes("15:00 Europe/Berlin"), text);
  await dave.look("team-case-scheduled");
}

/** Each link shows what publishing will write, in a tab of its own; the page is styled as the site is. */
async function previewed(tools, dave, id) {
  const links = await dave.page.locator(".previews a").evaluateAll((all) => all.map((a) => a.href));
  check("approve: links lead to what will be written", links.length === 7, links.join("\n"));
  const tab = await dave.context.newPage();
  for (const link of links) {
    const answer = await tab.goto(link);
    const text = await tab.locator(":root").textContent();
    check(`preview: ${link.split("/").pop()} is shown`, answer.status() === 200 && text.toLowerCase().includes(id.toLowerCase()), text);
    saw(link);
    if (!link.includes("/advisories/") || !tools.way.looks) continue;
    const styled = await tab.locator("body").evaluate((e) => getComputedStyle(e).margin === "0px");
    check("preview: the page has its style", styled);
    await inspect({ ...tools, page: tab }, "preview-advisory", await answer.text());
  }
  await tab.close();
}

/** The lists, and a case that is not theirs. */
async function lists(tools, alice, id) {
  await alice.page.goto(`${tools.origin}/desk`);
  for (const path of [...(await navigation(alice.page)), `/desk/cases/${id}/history`, "/desk/no-such-page"]) {
    await alice.page.goto(`${tools.origin}${path}`);
    await alice.look(`team-${path.split("/").pop()}`);
  }
  await alice.page.goto(`${tools.origin}/desk`);
  for (let tries = 0; tries < 20 && (await alice.text()).includes("Announcement,"); tries += 1) {
    await allMails(tools);
    await alice.page.reload();
  }
  check("board: what is released and announced asks to be closed", (await alice.link(`Close it ${id}`).count()) === 1, await alice.text());
  await alice.tap(alice.link("Nobody’s"));
  check("board: is narrowed by a tap", (await alice.text()).includes("No open case is of this kind."), await alice.text());
  await alice.look("team-board-narrowed");
  const carol = await Member.at(tools, "carol@example.net");
  await carol.signIn();
  await carol.page.goto(`${tools.origin}/desk/cases/${id}`);
  const text = await carol.text();
  check("not theirs: says whom to ask", text.includes("Alice Example handles it") && !text.includes("three slashes"), text);
  await carol.look("team-not-yours");
  await carol.tap(carol.button("Open the case"));
  check("not theirs: a reason is asked for", (await carol.text()).includes("The reason is required."), await carol.text());
  await carol.look("team-read");
  await carol.type("reason", "Alice asked me to look at the lines.");
  await carol.tap(carol.button("Open the case"));
  check("not theirs: opens with a reason", (await carol.text()).includes("The case is open to you."), await carol.text());
  await secondFactor(tools, carol);
  await carol.context.close();
}

/** Many reports of one network are one group on the board, and closed as spam at once. */
async function crowd(tools, alice) {
  const headers = { "content-type": "application/json" };
  for (let n = 0; n < 7; n += 1) {
    const body = JSON.stringify({ ...REPORT, summary: `Junk ${n}` });
    must(`crowd: report ${n} is taken`, (await fetch(`${tools.origin}/reports`, { method: "POST", headers, body })).status === 201);
  }
  await allMails(tools);
  await alice.page.goto(`${tools.origin}/desk`);
  check("crowd: stands as one group", (await alice.text()).includes("7 reports from one network"), await alice.text());
  await alice.look("team-board-crowd");
  await alice.tap(alice.page.locator('a[href^="/desk/close-batch"]'));
  await alice.look("team-close-batch");
  await alice.tap(alice.button("Close 7 as spam"));
  check("crowd: is closed at once", (await alice.text()).includes("7 are closed as spam."), await alice.text());
  await alice.look("team-close-batch-done");
}

/** A case for what was told by telephone: its reporter has no address, so the code is shown, once. */
async function opened(tools, alice) {
  await alice.page.goto(`${tools.origin}/desk`);
  await alice.tap(alice.link("Open a case"));
  await alice.look("team-open");
  await alice.tap(alice.button("Open the case"));
  const refused = await alice.text();
  check("open: what is missing is named", ["Source: is required", "Summary: is required"].every((line) => refused.includes(line)), refused);
  await alice.look("team-open-wrong");
  const { now } = await (await fetch(`${tools.origin}/_local/clock`)).json();
  await alice.page.locator('[name="source"]').selectOption("phone");
  await alice.page.locator('[name="received_at"]').fill(now.slice(0, 16));
  await alice.page.locator("summary", { hasText: "was it answered there already?" }).click();
  await alice.page.locator('[name="acknowledged_at"]').fill(now.slice(0, 16));
  await alice.type("package", "express");
  await alice.type("summary", "A header without an end");
  await alice.type("details", "It holds the process.");
  await alice.tap(alice.button("Open the case"));
  check("open: the code is shown, to be handed on", (await alice.text()).includes("Give the reporter this receipt code yourself"), await alice.text());
  await alice.look("team-opened");
  await alice.tap(alice.link("Go to the case"));
  check("open: what was said on the telephone counts", (await alice.text()).includes("Alice Example acknowledged your report by telephone at"), await alice.text());
  check("open: the case is the one who opened it has", (await alice.text()).includes("Alice Example has opened this case"), await alice.text());
}

/** Added with a code, asked for after the next link: nothing is typed but codes. */
async function secondFactor(tools, carol) {
  await carol.page.goto(`${tools.origin}/desk/account`);
  await carol.tap(carol.link("Add one"));
  await carol.look("team-second-factor");
  const key = (await carol.page.locator("main code").first().innerText()).replaceAll(" ", "");
  await carol.type("code", "000000");
  await carol.tap(carol.button("Add the second factor"));
  check("second factor: a wrong code is told at its field", (await carol.text()).includes("Code: is not right"), await carol.text());
  await carol.type("code", await oneTimeCode(tools, key));
  await carol.tap(carol.button("Add the second factor"));
  check("second factor: recovery codes are shown", (await carol.page.locator(".codes li").count()) === 8, await carol.text());
  await carol.look("team-recovery-codes");
  await carol.page.goto(`${tools.origin}/desk/account/second-factor`);
  await carol.look("team-second-factor-added");
  await carol.page.goto(`${tools.origin}/desk/account`);
  await carol.tap(carol.button("Sign out here"));
  await carol.type("address", carol.address);
  await carol.tap(carol.page.locator("main form button"));
  await carol.open(await linkTo(tools, carol.address, "/desk/session?token="));
  await carol.tap(carol.page.locator("main form button"));
  await carol.look("team-sign-in-code");
  await carol.type("code", await oneTimeCode(tools, key, 1));
  await carol.tap(carol.button("Sign in"));
  check("second factor: signs in", (await carol.text()).includes("Signed in as"), await carol.text());
}

/** RFC 6238, by the desk's clock; `later` steps from now. */
async function oneTimeCode({ origin }, key, later = 0) {
  const { now } = await (await fetch(`${origin}/_local/clock`)).json();
  const bits = [...key].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.parse(now) / 30_000) + later));
  const mac = createHmac("sha1", secret).update(step).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const told = (way) => (tools) => story({ ...tools, way: WAYS[way] });

export const worked = { story: told("phone"), scripted: told("scripted"), byKeyboard: told("keyboard") };
