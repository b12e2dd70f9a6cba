// A member of the team at a browser, and the mails that lead them there; a reporter too, who has a code.

import { check, must } from "./checks.mjs";
import { allMails } from "../harness/desk.mjs";
import { finger, keyboard } from "./hands.mjs";
import { inspect } from "./inspect.mjs";

/** The newest link of this kind in the mails to somebody. */
export async function linkTo(tools, to, part) {
  let found = [];
  let link;
  for (let tries = 0; !link && tries < 20; tries += 1) {
    found = (await allMails(tools)).filter((m) => m.to[0] === to).flatMap((m) => m.text.match(/https?:\/\/\S+/g) ?? []);
    link = found.filter((url) => url.includes(part)).pop();
  }
  must(`team: a mail to ${to} leads to ${part}`, Boolean(link), found.join("\n"));
  return link;
}

/** How a story is told: with what the members' browsers can do, whether by keyboard alone, and whether pages are looked at. */
export const WAYS = {
  phone: { scripts: false, keyboard: false, looks: true },
  scripted: { scripts: true, keyboard: false, looks: false },
  keyboard: { scripts: false, keyboard: true, looks: false },
};

/** A member at a phone, who counts what they tap and type. */
export class Member {
  static async at(tools, address) {
    const { scripts: javaScriptEnabled } = tools.way;
    const context = await tools.browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 640 } });
    const member = new Member();
    const hand = tools.way.keyboard ? keyboard : finger;
    Object.assign(member, { tools, address, context, hand, page: await context.newPage(), taps: 0, typed: 0 });
    member.page.on("response", (answer) => {
      if (answer.request().isNavigationRequest()) member.answer = answer;
    });
    return member;
  }

  /** A reporter, who has their code typed in. */
  static async reporter(tools, address, code) {
    const reporter = await Member.at(tools, address);
    await reporter.open(`${tools.origin}/case`);
    await reporter.type("code", code);
    await reporter.tap(reporter.page.locator("main form button"));
    return reporter;
  }

  async open(url) {
    this.taps += 1;
    return this.page.goto(url);
  }

  async tap(locator) {
    this.taps += 1;
    const pressed = this.hand.press(this.page, locator.first());
    const [answer] = await Promise.all([this.page.waitForNavigation({ timeout: 15_000 }), pressed]);
    return answer;
  }

  async type(name, text) {
    this.typed += text.length;
    await this.hand.write(this.page, this.page.locator(`main [name="${name}"]`).first(), text);
  }

  async choose(name, value) {
    this.taps += 1;
    const field = this.page.locator(`main [name="${name}"]`).first();
    if ((await field.evaluate((e) => e.tagName)) === "SELECT") return this.hand.select(this.page, field, value);
    return this.hand.check(this.page, this.page.locator(`main [name="${name}"][value="${value}"]`));
  }

  link(name) {
    return this.page.getByRole("link", { name });
  }

  button(name) {
    return this.page.getByRole("button", { name });
  }

  /** What it has cost since the last time. */
  cost() {
    const { taps, typed } = this;
    this.taps = this.typed = 0;
    return { taps, typed };
  }

  async text() {
    return this.page.locator("body").innerText();
  }

  /** What the page is checked for, as its bytes came to this browser. */
  async look(name) {
    if (!this.tools.way.looks) return;
    await inspect({ ...this.tools, page: this.page }, name, await this.answer.text());
    await this.page.setViewportSize({ width: 360, height: 640 });
  }

  /** Signs in by the link in a mail; `look` is given the page that asks for it. */
  async signIn(look = async () => {}) {
    await this.open(`${this.tools.origin}/desk`);
    await look("team-sign-in");
    await this.type("address", this.address);
    await this.tap(this.page.locator("main form button"));
    await this.open(await linkTo(this.tools, this.address, "/desk/session?token="));
    await this.tap(this.page.locator("main form button"));
    must(`team: ${this.address} is signed in`, (await this.text()).includes("Signed in as"), await this.text());
    this.cost();
  }

  /** A step from the case page: its link, what is filled in, the button. */
  async step(id, link, fill, button = null) {
    await this.page.goto(`${this.tools.origin}/desk/cases/${id}`);
    this.cost();
    await this.tap(this.page.locator(`main a[href="/desk/cases/${id}/${link}"]`));
    await fill();
    const pressed = button ? this.button(button) : this.page.locator("main form button");
    const above = await pressed.first().evaluate((e) => e.getBoundingClientRect().width >= 24);
    check(`${link}: its button can be hit`, above);
    await this.tap(pressed);
    const text = await this.text();
    must(`team: ${link} is done`, this.page.url().includes(`done=${link}`), `${this.page.url()}\n${text}`);
    return this.cost();
  }
}
