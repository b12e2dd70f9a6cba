// What mail brings to the pages: the mailbox of this machine with its answer, a report by mail as its team and its reporter see
// it, an answer in quarantine, and what was only filed.

import { check, must } from "./checks.mjs";
import { allMails, cli } from "../harness/desk.mjs";
import { inspect } from "./inspect.mjs";

const RITA = "rita@example.org";

/** A mail as Rita's program writes it. */
function mail(subject, text, { to = "security@expressjs.com", headers = [], id = crypto.randomUUID() } = {}) {
  const lines = [`From: Rita Reporter <${RITA}>`, `To: ${to}`, `Subject: ${subject}`, `Message-ID: <${id}@example.org>`];
  return [...lines, "MIME-Version: 1.0", ...headers, "", text].join("\r\n");
}

function attached(text) {
  const part = (...lines) => ["--part", ...lines].join("\r\n");
  const steps = part('Content-Type: text/plain; name="steps <1>.txt"', "Content-Disposition: attachment", "", "GET //evil");
  return [part("Content-Type: text/plain", "", text), steps, "--part--", ""].join("\r\n");
}

async function receive({ origin }, raw, found = "") {
  const answer = await fetch(`${origin}/_local/inbox?${found}`, { method: "POST", body: raw });
  const said = await answer.json();
  must(`mail: is taken in (${said.outcome})`, answer.status === 201, JSON.stringify(said));
  return said;
}

async function story(tools) {
  const { page, origin } = tools;
  const multipart = ['Content-Type: multipart/mixed; boundary="part"'];
  const body = attached("It redirects elsewhere: res.location('///evil.example').\r\n\r\nRita");
  const { case_id: id } = await receive(tools, mail("Open redirect in express", body, { headers: multipart }));
  const away = await receive(tools, mail("Out of office", "I am away.", { headers: ["Auto-Submitted: auto-replied"] }));
  const ask = ["questions=Which version?", "next_steps=A fix, once we know."];
  await cli("case", "do", id, "request-information", ...ask, "--as", "bob", "--data", tools.data);

  const mails = await allMails(tools);
  // Several mails may be of one second: the receipt is the one with the code.
  const codeIn = (m) => m.text.split("\n").find((line) => line.split("-").length === 12);
  const receipt = mails.find((m) => m.to[0] === RITA && m.headers["Reply-To"] && codeIn(m));
  const code = codeIn(receipt);
  const token = receipt.headers["Reply-To"].replace(/[<>]/g, "");
  await receive(tools, mail(`Re: ${receipt.subject}`, "This may be anybody.", { to: token }), "dmarc=FAIL");

  await answered(tools, mails);
  await team(tools, id);
  await filed(tools, away.case_id);
  await closed(tools);

  await page.goto(`${origin}/case`);
  await page.locator('[name="code"]').first().fill(code);
  const [answer] = await Promise.all([page.waitForNavigation(), page.locator("main form button").first().click()]);
  await page.locator("details.sent summary").click();
  const text = await page.locator("body").innerText();
  check("reporter: sees what was mailed", text.includes("It redirects elsewhere") && text.includes("Version 4.21"), text);
  check("reporter: sees nothing of what waits in quarantine", !text.includes("This may be anybody"), text);
  const folded = page.locator("details", { hasText: "Which version?" });
  check("reporter: what an answer quotes is folded", (await folded.count()) > 0, text);
  await inspect(tools, "mailed-case", (await answer.text()).replaceAll(code, "word-".repeat(11) + "word"));
  await Promise.all([page.waitForNavigation(), page.getByText("Answer me on this page alone").click()]);
  const chosen = await page.locator("body").innerText();
  check("reporter: answers stay on the page from now on", chosen.includes("Mails only say that there is something to read."), chosen);
  await inspect(tools, "answers-on-the-page", await page.content());
}

/** What is written to a closed case: as its reporter and its handler see it. */
async function closed(tools) {
  const { page, origin } = tools;
  const report = { package: "express", versions: "4", summary: "A crash on an empty header", details: "An empty Host." };
  const headers = { "content-type": "application/json" };
  const filed = await (await fetch(`${origin}/reports`, { method: "POST", headers, body: JSON.stringify(report) })).json();
  const { case_id: id, receipt_code: code } = filed;
  const end = ["reason=It needs control of the server.", "next_steps=Write if you see more.", "close:=true"];
  await cli("case", "do", id, "invalidate", ...end, "--as", "bob", "--data", tools.data);
  await page.goto(`${origin}/case`);
  await page.locator('[name="code"]').first().fill(code);
  await Promise.all([page.waitForNavigation(), page.locator("main form button").first().click()]);
  await page.locator('[name="text"]').first().fill("Thank you for looking into it.");
  const [answer] = await Promise.all([page.waitForNavigation(), page.getByText("Send the message").click()]);
  const text = await page.locator("body").innerText();
  check("closed: the reporter reads that a person looks at it", text.includes("A person of the team looks at it"), text);
  check("closed: and by when", text.includes("Review after closing"), text);
  check("closed: nothing says that a case was opened", !text.includes("opened"), text);
  await inspect(tools, "closed-case", await answer.text());
  const bob = await member(tools);
  const team = await bob.page.goto(`${origin}/desk/cases/${id}`);
  await inspect({ ...tools, page: bob.page }, "team-closed-case", await team.text());
  await step({ ...tools, page: bob.page }, id, "settle", "Thank you for looking into it.");
  await Promise.all([bob.page.waitForNavigation(), bob.page.getByRole("button", { name: "Decide" }).click()]);
  const done = await bob.page.locator("body").innerText();
  check("closed: put away by one click", done.includes("It is settled. The case stays closed."), done);
  await Promise.all([page.waitForNavigation(), page.locator('form[action="/case/leave"] button').click()]);
  await bob.context.close();
}

/** The mailbox of this machine, and an answer from there. */
async function answered(tools, mails) {
  const { page, origin } = tools;
  const asked = mails.find((m) => m.to[0] === RITA && m.text.includes("Which version?"));
  const shut = await page.goto(`${origin}/_local/mail`);
  check("mailbox: it is shut to who did not open the printed address", shut.status() === 403, `it is ${shut.status()}`);
  await page.goto(tools.mail);
  check("mailbox: the printed address leads there, without its key", page.url() === `${origin}/_local/mail`, page.url());
  const answer = await page.goto(`${origin}/_local/mail?id=${encodeURIComponent(asked.id)}`);
  await inspect(tools, "mailbox", await answer.text());
  await page.locator('textarea[name="text"]').fill("Version 4.21, behind nginx.");
  const [back] = await Promise.all([page.waitForNavigation(), page.getByText("Send the answer").click()]);
  check("mailbox: an answer is one click", back.status() === 200, `it is ${back.status()}`);
}

async function team(tools, id) {
  const bob = await member(tools);
  const answer = await bob.page.goto(`${tools.origin}/desk/cases/${id}`);
  must("team: the page of a mailed case opens", answer.status() === 200, `it is ${answer.status()}`);
  const text = await bob.page.locator("body").innerText();
  for (const word of ["steps _1_.txt", "quarantine", "This may be anybody", "Version 4.21", "Say whose it is"]) {
    check(`team: shows "${word}"`, text.toLowerCase().includes(word.toLowerCase()), text);
  }
  await inspect({ ...tools, page: bob.page }, "team-mail", await answer.text());
  await step({ ...tools, page: bob.page }, id, "unproven", "This may be anybody");
  await bob.context.close();
}

async function step(tools, id, name, word) {
  const answer = await tools.page.goto(`${tools.origin}/desk/cases/${id}/${name}`);
  const text = await tools.page.locator("body").innerText();
  check(`${name}: shows "${word}"`, answer.status() === 200 && text.includes(word), text);
  await inspect(tools, `team-${name}`, await answer.text());
}

async function filed(tools, id) {
  const bob = await member(tools);
  const answer = await bob.page.goto(`${tools.origin}/desk/filed`);
  const text = await bob.page.locator("body").innerText();
  check("filed: lists what was only filed", answer.status() === 200 && /EXP-\d{4}-[0-9A-Z]{5}/.test(text), text);
  check("filed: says from whom and about what", /@example\.org/.test(text) && text.includes("Subject"), text);
  await inspect({ ...tools, page: bob.page }, "filed", await answer.text());
  await step({ ...tools, page: bob.page }, id, "report", "Is it a report after all?");
  await bob.context.close();
}

async function member(tools) {
  const token = (await cli("token", "bob", "--data", tools.data)).trim();
  const context = await tools.browser.newContext({ javaScriptEnabled: false });
  await context.setExtraHTTPHeaders({ authorization: `Bearer ${token}` });
  return { context, page: await context.newPage() };
}

export const mailed = { story };
