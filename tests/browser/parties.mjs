// The third story, clicking and typing only: others are invited to a case, accept the terms, say that they are affected, agree to a
// date, are told of an embargo, say that a patch does not fix it; another's invitation is ended.

import { check, must } from "./checks.mjs";
import { embargoed } from "./embargo.mjs";
import { allMails } from "../harness/desk.mjs";
import { Member, WAYS } from "./member.mjs";

const REPORT = { package: "express", summary: "A case for others too", details: "Four slashes leave the site." };
const TOLD = "Your reply.redirect() has the same fault.";

async function filed({ origin }) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${origin}/reports`, { method: "POST", headers, body: JSON.stringify(REPORT) });
  return answer.json();
}

/** The twelve words in the newest mail to somebody. */
async function codeOf(tools, to) {
  const texts = (await allMails(tools)).filter((mail) => mail.to[0] === to).map((mail) => mail.text);
  const found = texts.flatMap((text) => text.match(/^(?:[a-z]+-){11}[a-z]+$/gm) ?? []).pop();
  must(`parties: ${to} was mailed a code`, Boolean(found), texts.join("\n"));
  return found;
}

async function invited(tools, alice, id, name, address) {
  await alice.step(id, "others", async () => {
    await alice.type("name", name);
    await alice.type("address", address);
    await alice.type("text", TOLD);
    await alice.look(`parties-others-${name.toLowerCase()}`);
  });
  check(`parties: ${name} stands on the case`, (await alice.text()).includes(name), await alice.text());
  const told = (await allMails(tools)).filter((mail) => mail.to[0] === address);
  check(`parties: ${name} is told by mail, and not what it is about`, told.length === 1 && !told[0].text.includes(TOLD), JSON.stringify(told));
}

async function story(given) {
  const tools = { ...given, way: WAYS.phone };
  const report = await filed(tools);
  const id = report.case_id;
  const alice = await Member.at(tools, "alice@example.com");
  await alice.signIn();
  await alice.step(id, "take", async () => {});
  await alice.step(id, "decide", async () => {
    await alice.choose("outcome", "confirm");
    await alice.type("reason", "It is a vulnerability, and we fix it.");
    await alice.type("next_steps", "A fix within two weeks.");
  });
  await invited(tools, alice, id, "Fastify", "fastify@example.net");
  await invited(tools, alice, id, "Debian", "debian@example.net");
  const fastify = await joined(tools, "fastify@example.net");
  await affected(alice, fastify, id);
  await dated(alice, fastify, id);
  await embargoed(alice, fastify, report);
  await patched(alice, fastify, id);
  await ended(tools, alice, id);
  for (const member of [alice, fastify]) await member.context.close();
}

async function entered(tools, address) {
  const code = await codeOf(tools, address);
  const member = await Member.at(tools, address);
  await member.open(`${tools.origin}/party`);
  await member.look("parties-login");
  await member.type("code", code.replace(/^[a-z]+/, "amry"));
  await member.tap(member.page.locator("main form button"));
  check("parties: a wrong word is named", (await member.text()).includes("amry"), await member.text());
  await member.look("parties-login-wrong");
  await member.type("code", code.toUpperCase());
  await member.tap(member.page.locator("main form button"));
  return member;
}

async function joined(tools, address) {
  const member = await entered(tools, address);
  const terms = await member.text();
  check("parties: the terms come first", terms.includes("I accept these terms") && !terms.includes(TOLD), terms);
  await member.look("parties-terms");
  await member.tap(member.button("I accept these terms"));
  check("parties: then what they are told", (await member.text()).includes(TOLD), await member.text());
  check("parties: nothing of the report", !(await member.text()).includes("Four slashes"), await member.text());
  await member.look("parties-joined");
  return member;
}

/** From a card of the case page, whose links say of whom. */
async function step(member, id, path, fill) {
  await member.page.goto(`${member.tools.origin}/desk/cases/${id}`);
  await member.tap(member.page.locator(`main a[href^="/desk/cases/${id}/${path}?"]`).first());
  await fill();
  await member.tap(member.page.locator("main form button"));
  must(`parties: ${path} is done`, member.page.url().includes(`done=${path}`), `${member.page.url()}\n${await member.text()}`);
}

async function affected(alice, fastify, id) {
  await fastify.page.locator("#status-text").fill("In all versions since 3.0.");
  await fastify.tap(fastify.button("We are affected"));
  check("parties: what they said stands there", (await fastify.text()).includes("You said: affected"), await fastify.text());
  await fastify.look("parties-affected");
  await step(alice, id, "party", async () => {
    await alice.choose("party", "party-1");
    await alice.type("text", "Thank you. We plan a date.");
    await alice.look("parties-write");
  });
  const text = await alice.text();
  check("parties: the team reads it", text.includes("In all versions since 3.0.") && text.includes("Fastify (party-1)"), text);
  await alice.look("parties-case");
}

async function dated(alice, fastify, id) {
  await alice.step(id, "plan", async () => {
    const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    await alice.type("on", day);
  });
  await fastify.page.goto(`${fastify.tools.origin}/party`);
  check("parties: the date is asked about first", (await fastify.text()).includes("Do you agree to the planned date?"), await fastify.text());
  await fastify.look("parties-date");
  await fastify.tap(fastify.page.locator('form[action="/party/date"] button[value="yes"]'));
  check("parties: they agreed", (await fastify.text()).includes("You agreed to"), await fastify.text());
  await fastify.look("parties-agreed");
}

async function patched(alice, fastify, id) {
  await step(alice, id, "share", async () => {
    await alice.choose("with", "party-1");
    await alice.choose("what", "patch");
    await alice.type("text", "--- a/lib/x.js\n+++ b/lib/x.js\n@@ -1 +1 @@\n-var x = 1\n+var x = 2\n");
    await alice.look("parties-share");
  });
  await fastify.page.goto(`${fastify.tools.origin}/party`);
  check("parties: the patch stands there", (await fastify.text()).includes("Does it fix it for you?"), await fastify.text());
  await fastify.page.locator('.shared [name="text"]').fill("A backslash still leaves the site.");
  await fastify.tap(fastify.page.locator('.shared button[value="no"]'));
  check("parties: what they make of it stands there", (await fastify.text()).includes("You said no"), await fastify.text());
  await fastify.look("parties-patch");
  await fastify.type("text", "We are at it.");
  await fastify.tap(fastify.page.locator('form[action="/party/messages"] button'));
  check("parties: they wrote", (await fastify.text()).includes("We are at it."), await fastify.text());
}

async function ended(tools, alice, id) {
  const debian = await entered(tools, "debian@example.net");
  await step(alice, id, "dismiss", async () => {
    await alice.choose("party", "party-2");
    await alice.type("reason", "They have no package of it.");
    await alice.look("parties-dismiss");
  });
  await debian.tap(debian.button("I accept these terms"));
  check("parties: the end is said, and nothing else", (await debian.text()).includes("Your invitation has ended"), await debian.text());
  await debian.page.goto(`${tools.origin}/party`);
  await debian.look("parties-ended");
  await debian.tap(debian.page.locator('form[action="/party/leave"] button'));
  check("parties: they have left", (await debian.text()).includes("You have left."), await debian.text());
  await debian.context.close();
}

export const parties = { story };
