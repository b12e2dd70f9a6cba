// Until when both sides keep it to themselves, clicking and typing only: proposed by the team, agreed to by the reporter, told to others who
// were invited; another end proposed by the reporter, refused with a reason; ended before its time.

import { check } from "./checks.mjs";
import { Member } from "./member.mjs";

const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);

export async function embargoed(alice, fastify, { case_id: id, receipt_code: code }) {
  const { tools } = alice;
  const cost = await alice.step(id, "embargo", async () => {
    await alice.type("on", day(20));
    await alice.type("time", "15:00");
    await alice.type("zone", "Europe/Berlin");
    await alice.look("embargo-propose");
  });
  check("embargo: is proposed in two taps, a day and a time", cost.taps === 2, JSON.stringify(cost));
  check("embargo: the case says what waits for the reporter", (await alice.text()).includes("the reporter has not answered"), await alice.text());
  const rita = await Member.reporter(tools, "rita@example.org", code);
  check("embargo: the reporter is asked", (await rita.text()).includes("Do you agree to the embargo?"), await rita.text());
  await rita.look("embargo-asked");
  await rita.tap(rita.button("Yes, I agree"));
  check("embargo: what is agreed stands there", (await rita.text()).includes("Neither publishes before"), await rita.text());
  await rita.look("embargo-agreed");
  check("embargo: others are told until when it holds", await holds(fastify), await fastify.text());
  await fastify.look("embargo-party");
  await longer(alice, rita, id);
  await ended(alice, rita, id);
  check("embargo: for others too it is over", !(await holds(fastify)), await fastify.text());
  await rita.context.close();
}

/** As another who was invited reads it. */
async function holds(fastify) {
  await fastify.page.goto(`${fastify.tools.origin}/party`);
  return (await fastify.text()).includes("An embargo holds until");
}

async function longer(alice, rita, id) {
  await rita.page.getByText("Say when you mean to publish", { exact: true }).click();
  await rita.page.locator('[name="planned_for"]').fill(day(30));
  await rita.tap(rita.button("I publish then"));
  check("embargo: a day of their own is a proposal", (await rita.text()).includes("You propose"), await rita.text());
  await rita.look("embargo-own-day");
  await alice.page.goto(`${alice.tools.origin}/desk/cases/${id}`);
  check("embargo: the team is asked", (await alice.text()).includes("The reporter proposes that it ends with"), await alice.text());
  await alice.look("embargo-case");
  await alice.step(id, "embargo", async () => {
    await alice.choose("what", "reject");
    await alice.look("embargo-answer");
    await alice.type("reason", "The fix is ready sooner.");
  });
  await rita.page.goto(`${rita.tools.origin}/case`);
  check("embargo: the reporter reads why not", (await rita.text()).includes("The fix is ready sooner."), await rita.text());
}

async function ended(alice, rita, id) {
  await alice.step(id, "embargo", async () => {
    await alice.choose("what", "end");
    await alice.type("reason", "It is discussed in public.");
  });
  check("embargo: the case says that it is over", (await alice.text()).includes("Over since"), await alice.text());
  await rita.page.goto(`${rita.tools.origin}/case`);
  const text = await rita.text();
  check("embargo: the reporter reads that it is over, and why", text.includes("is over") && text.includes("It is discussed in public."), text);
  await rita.look("embargo-over");
}
