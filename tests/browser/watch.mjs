// A browser that runs scripts, with each page's own Content-Security-Policy in force, and what must never happen in it.

import { check } from "./checks.mjs";
import { oneLine } from "./hostile.mjs";

/** In every document before anything of its own: what payloads call, and what the policy had to stop. */
function marks() {
  for (const name of ["__xss", "alert", "confirm", "prompt"]) globalThis[name] = (...said) => globalThis.__told?.(`ran ${name}(${said})`);
  const stopped = (event) => globalThis.__told?.(`stopped ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  document.addEventListener("securitypolicyviolation", stopped);
}

/** In the page: elements and attributes that no page of the desk has. */
function planted() {
  const never = "script, style, iframe, frame, object, embed, applet, img, image, video, audio, source, svg:not(.mark), math, base, template";
  const found = [...document.querySelectorAll(`${never}, noscript, [style], [srcdoc], [http-equiv]`)];
  const handlers = (e) => [...e.attributes].some(({ name }) => name.startsWith("on"));
  found.push(...[...document.querySelectorAll("*")].filter(handlers));
  const saved = (e) => e.hasAttribute("download") && /^data:(application\/json|text\/plain;charset=utf-8);base64,/.test(e.href);
  const leads = (e) => URL.canParse(e.href ?? e.action) && !/^(https?|mailto):/.test(e.href ?? e.action) && !saved(e);
  found.push(...[...document.querySelectorAll('a[href], area[href], link[href]:not([href="data:,"]), form[action]')].filter(leads));
  return found.map((e) => e.outerHTML.slice(0, 160));
}

/** In the page: all that a person can read or finds in a field, folded parts opened. */
function shown() {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  const fields = [...document.querySelectorAll("input, textarea")].map((e) => e.value);
  return [document.title, document.body.innerText, ...fields].join("\n");
}

export class Watch {
  static async at({ browser, origin }, headers = {}) {
    const watch = new Watch();
    const context = await browser.newContext({ extraHTTPHeaders: headers });
    Object.assign(watch, { context, origin, told: [] });
    await context.exposeBinding("__told", (_, said) => watch.told.push(said));
    await context.addInitScript(marks);
    await context.route((url) => url.origin !== origin && url.protocol !== "data:", (route) => route.abort());
    context.on("request", (request) => watch.requested(request));
    context.on("console", (message) => watch.logged(message));
    context.on("dialog", (dialog) => watch.told.push(`dialog ${dialog.message()}`) && dialog.dismiss());
    watch.page = await context.newPage();
    watch.page.setDefaultTimeout(15_000);
    return watch;
  }

  /** Nothing but pages that were asked for and the style sheet. */
  requested(request) {
    const { origin, pathname } = new URL(request.url());
    const opened = request.isNavigationRequest() && request.frame().parentFrame() === null;
    if (origin === this.origin && (opened || pathname.endsWith("/assets/desk.css"))) return;
    this.told.push(`fetched ${request.url()}`);
  }

  /** Whatever the browser complains of, but that a page was answered with an error. */
  logged(message) {
    const { type, text } = { type: message.type(), text: message.text() };
    if (["error", "warning"].includes(type) && !text.startsWith("Failed to load resource")) this.told.push(`logged ${text}`);
  }

  /** What happened since the last time. */
  took() {
    return this.told.splice(0);
  }

  /** Opens it and judges it. */
  async open(name, path, typed = []) {
    await this.page.goto(new URL(path, this.origin).href);
    return this.judge(name, typed);
  }

  /** Presses the form's button, whatever the browser itself thinks of the fields, and judges what comes back. */
  async send(name, form, typed = []) {
    await form.evaluate((e) => (e.noValidate = true));
    const button = form.locator("button[type=submit], button:not([type])").first();
    await Promise.all([this.page.waitForNavigation(), button.click()]);
    return this.judge(name, typed);
  }

  /** The page that is open: nothing of what was typed did anything, and it stands there as it was typed. */
  async judge(name, typed = []) {
    const text = oneLine(await this.page.evaluate(shown));
    const did = [...this.took(), ...(await this.page.evaluate(planted)).map((html) => `planted ${html}`)];
    check(`xss: ${name}: nothing runs, is fetched or had to be stopped`, did.length === 0, did.slice(0, 8).join("\n"));
    if (typed.length === 0) return text;
    const lost = [];
    for (const words of typed.map(oneLine)) {
      if (!text.includes(words) && !(await this.leadsToAll(words, text))) lost.push(words);
    }
    check(`xss: ${name}: shows what was typed`, lost.length === 0, lost.map((words) => missing(words, text)).join("\n"));
    return text;
  }

  /** Whether a long text stands there as far as a page has room for it, with a link to all of it. */
  async leadsToAll(words, text) {
    const shown = words.slice(0, shownOf(words, text)).trimEnd();
    if (shown.length < 1000 || !text.includes(`${shown}…`)) return false;
    const links = this.page.locator("a[download]", { hasText: "All of it" });
    // Chromium sends a secure cookie to this machine without TLS; a request beside its pages does not.
    const cookie = (await this.context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    for (const href of await links.evaluateAll((all) => all.map((link) => link.href))) {
      const all = oneLine(await (await this.page.request.get(href, { headers: cookie ? { cookie } : {} })).text());
      if (all.includes(words)) return true;
    }
    return false;
  }

  /** Words into every field of the form that takes some: a line, or text of many. */
  async fill(form, line, text) {
    await form.evaluate(typedInto, { line, text });
  }
}

/** How many of the words are shown. */
function shownOf(words, text) {
  let shown = words.length;
  while (!text.includes(words.slice(0, shown))) shown -= 1;
  return shown;
}

/** Where the words end that are shown, and how they go on. */
function missing(words, text) {
  const shown = shownOf(words, text);
  return `shown up to "${words.slice(Math.max(0, shown - 80), shown)}", not "${words.slice(shown, shown + 80)}"`;
}

/** In the page; at once, since typing so much into a form takes seconds. */
function typedInto(form, { line, text }) {
  for (const folded of form.querySelectorAll("details")) folded.open = true;
  const fields = [...form.querySelectorAll("input, textarea")].filter((e) => e.type !== "hidden" && e.checkVisibility());
  for (const field of fields) {
    if (field.tagName === "TEXTAREA") field.value = text;
    else if (!["checkbox", "radio", "date", "time", "file"].includes(field.type)) field.value = line;
  }
}
