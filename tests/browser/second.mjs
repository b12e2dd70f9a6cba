// The second story, clicking and typing only: a case handed over before a holiday, a mail that nothing proves, a duplicate, a module of
// others' with the reporter's consent, a comment on the policy.

import { check, must } from "./checks.mjs";
import { Member, WAYS, linkTo } from "./member.mjs";
import { allMails } from "../harness/desk.mjs";

const FIRST = { package: "express", summary: "Open redirect in res.location", details: "Three slashes leave the site." };
const AGAIN = { ...FIRST, summary: "res.location redirects elsewhere" };
const MODULE = { ...FIRST, package: "body-parser", summary: "A deep body takes all memory" };

const UNPROVEN = [
  "From: Rita Reporter <rita@example.org>",
  "To: security@expressjs.com",
  "Subject: Path traversal in static files",
  "Message-ID: <second-story@example.org>",
  "",
  "An encoded backslash leaves the folder.",
].join("\r\n");

async function filed({ origin }, report) {
  const headers = { "content-type": "application/json" };
  const reporter = { email: "rita@example.org", answers: "mail" };
  const answer = await fetch(`${origin}/reports`, { method: "POST", headers, body: JSON.stringify({ ...report, reporter }) });
  return answer.json();
}

const reported = async (tools, report) => (await filed(tools, report)).case_id;

async function mailed({ origin }) {
  const answer = await fetch(`${origin}/_local/inbox?dmarc=FAIL`, { method: "POST", body: UNPROVEN });
  return (await answer.json()).case_id;
}

async function story(given) {
  const tools = { ...given, way: WAYS.phone };
  const [first, again, module] = [await reported(tools, FIRST), await reported(tools, AGAIN), await reported(tools, MODULE)];
  const unproven = await mailed(tools);
  const alice = await Member.at(tools, "alice@example.com");
  await alice.signIn();
  await alice.step(first, "take", async () => {});
  await confirmed(alice, first);
  await handedOver(alice, first);
  await away(alice);
  await commented(tools, alice);
  const bob = await Member.at(tools, "bob@example.org");
  await bob.signIn();
  await takenOver(tools, bob, first);
  await proven(bob, unproven);
  await twice(bob, again, first);
  await forwarded(tools, bob, module);
  await shown(tools, bob);
  await endedAndTakenUp(tools, bob);
  for (const member of [alice, bob]) await member.context.close();
}

async function confirmed(alice, id) {
  await alice.step(id, "decide", async () => {
    await alice.choose("outcome", "confirm");
    await alice.type("reason", "It is a vulnerability, and we fix it.");
    await alice.type("next_steps", "A fix within two weeks.");
  });
}

async function handedOver(alice, id) {
  const cost = await alice.step(id, "take", async () => {
    await alice.choose("member", "bob");
    await alice.type("word", "The test is on my branch.");
  });
  check("hand over: three taps and a word", cost.taps === 3, JSON.stringify(cost));
  check("hand over: the board says what became of the case", (await alice.text()).includes(`${id}: The case has changed hands.`));
}

/** The board leads to the page of the rota; what is said there shows on it. */
async function away(alice) {
  await alice.page.goto(`${alice.tools.origin}/desk`);
  alice.cost();
  await alice.tap(alice.page.getByRole("navigation").getByRole("link", { name: "On call" }));
  const form = alice.page.locator("form:has(#from), form:has([name=from])").last();
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  await form.locator('[name="from"]').fill(day(30));
  await form.locator('[name="until"]').fill(day(40));
  await alice.tap(form.getByRole("button", { name: "I am away" }));
  const text = await alice.text();
  check("away: the page says so", text.includes(`Alice Example: ${day(30)} to ${day(40)}`), text);
  const { taps } = alice.cost();
  check("away: two taps and two days", taps === 2, `${taps} taps`);
  await alice.look("second-away");
  alice.cost();
  await alice.tap(alice.button("Ask to swap"));
  check("swap: the page says who was asked", /You asked \w+ Example to take your shift/.test(await alice.text()), await alice.text());
  check("swap: one tap where the next two shifts are meant", alice.cost().taps === 1);
  await alice.look("second-swap");
}

/** Two fields, nothing to keep; its owner is led by the mail, answers, and reads what comes back. */
async function commented(tools, alice) {
  const guest = await Member.at(tools, "paula@example.org");
  await guest.open(`${tools.origin}/policy/comment`);
  await guest.look("comment-form");
  const send = () => guest.tap(guest.button("Send the comment"));
  await guest.type("comment", "Are these working days?");
  await guest.type("email", "Paula <paula@example.org>");
  await send();
  const kept = await guest.page.locator('[name="comment"]').inputValue();
  check("comment: a wrong address is told, and what was typed is kept", kept === "Are these working days?", await guest.text());
  await guest.look("comment-wrong");
  await guest.page.locator('[name="email"]').fill("paula@example.org");
  await send();
  const text = await guest.text();
  check("comment: it is said who has it, and there is no code", text.includes("Alice Example") && !/EXP-/.test(text), text);
  await guest.look("comment-sent");
  await guest.context.close();
  await alice.open(await linkTo(tools, alice.address, "/desk/cases/"));
  await alice.look("comment");
  const id = new URL(alice.page.url()).pathname.split("/").pop();
  await alice.step(id, "answer", async () => {
    await alice.look("comment-answer");
    await alice.type("message", "No, every day counts.");
  });
  const sent = (await allMails(tools)).filter((mail) => mail.to[0] === "paula@example.org").pop();
  check("comment: the answer is mailed", sent.text.includes("every day counts"), sent.text);
  await alice.look("comment-answered");
  await alice.page.goto(`${tools.origin}/desk/comments`);
  check("comment: the list says that it is answered", (await alice.text()).includes("✓ answered"), await alice.text());
  await alice.look("comments");
}

async function takenOver(tools, bob, id) {
  await bob.open(await linkTo(tools, bob.address, `/desk/cases/${id}`));
  const text = await bob.text();
  const read = text.includes("Open redirect in res.location");
  check("handed over: the successor reads the case and the word", read && text.includes("The test is on my branch."), text);
  await bob.look("second-handed-over");
}

async function proven(bob, id) {
  await bob.page.goto(`${bob.tools.origin}/desk/cases/${id}`);
  check("unproven: the page says so", (await bob.text()).includes("Say whose it is"), await bob.text());
  await bob.step(id, "unproven", async () => {}, "It is the reporter’s: let it in");
}

async function twice(bob, id, root) {
  await bob.step(id, "take", async () => {});
  await bob.step(id, "decide", async () => {
    await bob.choose("outcome", "duplicate");
    await bob.type("of", root);
    await bob.type("next_steps", "You hear of the fix as the first reporter does.");
  });
  const text = await bob.text();
  check("duplicate: the page names the case that was there first", text.includes(root), text);
  await bob.look("second-duplicate");
}

/** The consent that the reporter gave by mail, then the message; nothing but that message leaves. */
async function forwarded(tools, bob, id) {
  await bob.step(id, "take", async () => {});
  await bob.step(id, "module", async () => bob.type("source", "In the mail of today."));
  await bob.step(id, "module", async () => {
    await bob.choose("to", "body-parser");
    await bob.type("message", "A deep body takes all memory; may we send you the details?");
  });
  const sent = (await allMails(tools)).filter((mail) => mail.to[0] === "body-parser@example.org");
  must("module: its maintainers got one mail", sent.length === 1, `${sent.length}`);
  check("module: it says what was written, and nothing of the report", sent[0].text.includes("may we send you") && !sent[0].text.includes("Three slashes"), sent[0].text);
  await bob.look("second-forwarded");
}

/** A patch is shown to its reporter, who says what is wrong with it. */
async function shown(tools, bob) {
  const { case_id: id, receipt_code: code } = await filed(tools, { ...FIRST, summary: "A patch to look at" });
  await bob.step(id, "take", async () => {});
  await bob.step(id, "share", async () => {
    await bob.choose("what", "patch");
    await bob.type("text", "--- a/lib/x.js\n+++ b/lib/x.js\n@@ -1 +1 @@\n-var x = 1\n+var x = 2\n");
    await bob.type("message", "Does this fix it?");
    await bob.look("second-share");
  });
  const rita = await Member.reporter(tools, "rita@example.org", code);
  check("shared: the patch stands there with a question", (await rita.text()).includes("Does it fix what you reported?"), await rita.text());
  await rita.look("second-shared");
  const [patch] = await Promise.all([rita.page.waitForEvent("download"), rita.page.getByText("Download the patch").click()]);
  check("shared: it is had as a file", patch.suggestedFilename().startsWith(id) && patch.suggestedFilename().endsWith(".patch"), patch.suggestedFilename());
  await rita.page.locator('.shared [name="text"]').fill("Not for two slashes.");
  await rita.tap(rita.page.locator('.shared button[value="no"]'));
  check("shared: what they said stands there", (await rita.text()).includes("You said no"), await rita.text());
  await rita.look("second-shared-answered");
  await bob.page.goto(`${tools.origin}/desk/cases/${id}`);
  check("shared: the team reads it", (await bob.text()).includes("The reporter has said no."), await bob.text());
  await bob.look("second-shared-team");
  await bob.step(id, "invite", async () => {
    await bob.look("second-invite");
    await bob.choose("member", "carol");
    await bob.type("reason", "You know URLs best.");
  });
  check("let in: the case says who", /Let in\s+Carol/.test(await bob.text()), await bob.text());
  await bob.look("second-let-in");
  await rita.context.close();
}

/** An ordinary bug: its reporter agrees to the tracker; it is taken up again, and then its reporter takes it back. */
async function endedAndTakenUp(tools, bob) {
  const { case_id: id, receipt_code: code } = await filed(tools, { ...FIRST, summary: "A typo in an error message" });
  await bob.step(id, "take", async () => {});
  await bob.step(id, "decide", async () => {
    await bob.choose("outcome", "close");
    await bob.choose("resolution", "ordinary-bug");
    await bob.type("reason", "It is a bug, and no vulnerability.");
    await bob.type("next_steps", "None.");
  });
  const rita = await Member.reporter(tools, "rita@example.org", code);
  check("ends: the reporter is asked about the tracker", (await rita.text()).includes("May it go to the public tracker?"), await rita.text());
  await rita.look("second-ordinary-bug");
  await rita.tap(rita.button("Yes, it may"));
  check("ends: what they said stands there", (await rita.text()).includes("You agreed."), await rita.text());
  await bob.page.goto(`${tools.origin}/desk/cases/${id}`);
  check("ends: the team is led to the tracker", (await bob.link("Open the tracker").count()) === 1, await bob.text());
  await bob.look("second-tracker");
  await bob.step(id, "reopen", async () => {
    await bob.look("second-reopen");
    await bob.type("reason", "It can be made to leak a path after all.");
  });
  check("ends: it is open again", !(await bob.text()).includes("Closed (an ordinary bug)"), await bob.text());
  await rita.page.goto(`${tools.origin}/case`);
  await rita.page.getByText("Withdraw it", { exact: true }).click();
  await rita.tap(rita.button("Withdraw the report"));
  check("withdraw: is asked once more", (await rita.answer.status()) === 422, await rita.text());
  await rita.look("second-withdraw");
  await rita.page.locator('[name="confirm"]').check();
  await rita.tap(rita.button("Withdraw the report"));
  check("withdraw: the page says that it is", (await rita.text()).toLowerCase().includes("withdrawn"), await rita.text());
  await rita.look("second-withdrawn");
  await rita.context.close();
}

export const second = { story };
