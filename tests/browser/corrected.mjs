// What is published is put anew, by two members at a phone: corrected, a channel given it once more, and withdrawn.

import { check } from "./checks.mjs";
import { allMails } from "../harness/desk.mjs";

/** From the published case on: alice corrects it, dave approves and publishes, and in the end it is withdrawn. */
export async function corrected(alice, dave, id) {
  await begun(alice, id);
  await alice.step(id, "advisory", async () => alice.type("summary", "A target that starts with slashes leaves the site."));
  await anew(dave, id, "Corrected");
  await channels(dave, id);
  await alice.step(id, "cve", async () => {
    await alice.type("cve", "CVE-2026-12345");
    await alice.look("team-cve");
  });
  await anew(dave, id, "CVE-2026-12345");
  await alice.step(id, "revise", async () => {
    await alice.choose("what", "withdraw");
    await alice.type("why", "It was found to be no vulnerability.");
  });
  await alice.page.goto(`${alice.tools.origin}/desk/cases/${id}/revise`);
  await alice.look("team-revise-open");
  await alice.step(id, "revise", async () => alice.choose("what", "drop"));
  const text = await alice.text();
  check("a withdrawal that is dropped leaves it as it was", !text.includes("Publish the correction"), text);
}

async function begun(alice, id) {
  await alice.step(id, "revise", async () => {
    await alice.look("team-revise");
    await alice.choose("what", "correct");
    await alice.type("why", "Two slashes are enough.");
  });
  const text = await alice.text();
  check("correction: the case says that it waits", text.includes("Publish the correction") && text.includes("Two slashes are enough."), text);
  await alice.look("team-case-corrected");
}

/** By the second person; what the page says then. */
async function anew(dave, id, says) {
  await dave.page.goto(`${dave.tools.origin}/desk/cases/${id}/approve`);
  await dave.look("team-approve-correction");
  const changed = await dave.page.locator(".changes ins").allInnerTexts();
  check("correction: what it changes is marked", changed.length > 0, changed.join("\n"));
  await dave.tap(dave.button("Approve this form"));
  await dave.step(id, "publish", async () => {});
  const page = await dave.context.newPage();
  let text = "";
  for (let tries = 0; tries < 30 && !text.includes(says); tries += 1) {
    await page.goto(`${dave.tools.origin}/site/advisories/${id}.html`);
    text = await page.locator("body").innerText();
  }
  check("correction: the page of the advisory says it", text.includes(says), text);
  await page.close();
}

async function channels(dave, id) {
  const page = `${dave.tools.origin}/desk/cases/${id}/channels`;
  for (let tries = 0; tries < 30 && !(await dave.text()).includes("had it, and lost it"); tries += 1) await dave.page.goto(page);
  for (let tries = 0; tries < 30 && (await dave.text()).includes("not seen there yet"); tries += 1) {
    await allMails(dave.tools);
    await dave.page.goto(page);
  }
  await dave.step(id, "channels", async () => {
    await dave.look("team-channels");
    await dave.choose("channel", "osv");
    await dave.choose("what", "again");
  });
}
