// What every page is checked for: width, markup, accessibility.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import axe from "axe-core";

import { check } from "./checks.mjs";
import { saw } from "./seen.mjs";

const vnu = join(dirname(fileURLToPath(import.meta.url)), "node_modules/vnu-jar/build/dist/vnu.jar");
const SHOTS = [390, 1280];
/** 320 px is what a page of 1280 px is at 400 % (WCAG 1.4.10). */
const WIDTHS = [320, 360, 390, 768, 1280, 1440];
/** What is hit with a finger; links in running text may be smaller (WCAG 2.5.8). */
const TARGETS = "button, .button, summary, nav a, .checklist a, .crumb a, select, textarea, input:not([type=hidden])";

/** A page with its style sheet, as bytes that are not compressed. */
const HEAVIEST = 40 * 1024;

/** `html` is the page as it was sent, so that what is checked is what the desk wrote. */
export async function inspect({ browser, page, shots, origin }, name, html) {
  saw(page.url());
  const title = html.match(/<title>([^<]*)</)?.[1].replaceAll(/&#?\w+;/g, "").trim();
  const shown = (await page.title()).replaceAll(/[&<>"']/g, "").trim();
  check(`${name}: what is judged is what is shown`, title === shown, `judged: ${title}; shown: ${shown}`);
  const bytes = Buffer.byteLength(html) + (await styleBytes(page));
  check(`${name}: at most 40 KB with its style`, bytes <= HEAVIEST, `${bytes} bytes`);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    if (SHOTS.includes(width)) await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    check(`${name}: fits ${width} px`, wide <= width, `it is ${wide} px wide: ${await widest(page, width)}`);
  }
  await page.setViewportSize({ width: 360, height: 844 });
  const small = await page.evaluate(tooSmall, TARGETS);
  check(`${name}: everything to be hit is at least 24 px`, small.length === 0, small.join("\n"));
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  const large = await page.evaluate(() => document.documentElement.scrollWidth);
  check(`${name}: fits 360 px with text twice as large`, large <= 360, `it is ${large} px wide: ${await widest(page, 360)}`);
  await page.evaluate(() => document.documentElement.style.removeProperty("font-size"));
  const jumps = await page.evaluate(outOfOrder);
  check(`${name}: focus goes down the page`, jumps.length === 0, jumps.join("\n"));
  await page.emulateMedia({ forcedColors: "active" });
  const flat = await page.evaluate(unframed);
  check(`${name}: what can be used is framed in forced colours`, flat.length === 0, flat.join("\n"));
  await page.emulateMedia({ forcedColors: "none" });
  written.add(name);
  writeFileSync(fileOf(shots, name), html);
  for (const scheme of ["light", "dark"]) await accessible(browser, page, name, html, scheme, origin);
}

/** In the page: targets that are seen and too small. */
function tooSmall(targets) {
  const seen = [...document.querySelectorAll(targets)].filter((e) => e.checkVisibility());
  const sized = seen.map((e) => [e, e.getBoundingClientRect()]);
  const small = sized.filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < 23.5);
  return small.map(([e, box]) => `${e.outerHTML.slice(0, 90)}: ${Math.round(box.width)} × ${Math.round(box.height)}`);
}

/** In the page, in one column: what Tab comes to, where it stands above what came before it. */
function outOfOrder() {
  const stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")];
  const seen = stops.filter((e) => e.checkVisibility() && e.tabIndex >= 0 && !e.matches(".skip"));
  const tops = seen.map((e) => Math.round(e.getBoundingClientRect().top));
  const jumps = seen.filter((e, at) => e.tabIndex > 0 || (at > 0 && tops[at] < tops[at - 1] - 40));
  return jumps.map((e) => e.outerHTML.slice(0, 120));
}

/** In the page: buttons and fields that would show as bare words where colours are forced. */
function unframed() {
  const used = [...document.querySelectorAll("button, .button, input:not([type=hidden]), select, textarea")];
  const framed = ({ borderTopStyle, borderTopWidth, appearance }) =>
    (borderTopStyle !== "none" && Number.parseFloat(borderTopWidth) > 0) || appearance === "auto";
  const bare = used.filter((e) => e.checkVisibility() && !framed(getComputedStyle(e)) && !["checkbox", "radio", "file"].includes(e.type));
  return bare.map((e) => e.outerHTML.slice(0, 120));
}

/** What the page's style sheets weigh. */
async function styleBytes(page) {
  const sheets = await page.locator('link[rel="stylesheet"]').evaluateAll((links) => links.map((e) => e.href));
  const sizes = await Promise.all(sheets.map(async (url) => (await (await fetch(url)).arrayBuffer()).byteLength));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function widest(page, width) {
  return page.evaluate((limit) => {
    const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > limit + 1);
    return out.slice(0, 5).map((e) => `${e.tagName.toLowerCase()}${e.id && `#${e.id}`}`).join(", ");
  }, width);
}

/** The pages that are written down. */
const written = new Set();

function fileOf(shots, name) {
  return join(shots, `${name}.html`);
}

/** All markup at once, since a validator takes longer to start than to read. */
export async function valid(shots) {
  if (process.env.DESK_STORIES && written.size === 0) return;
  const files = [...written].map((name) => fileOf(shots, name));
  const said = await promisify(execFile)("java", ["-jar", vnu, "--format", "text", ...files], { maxBuffer: 64 << 20 }).then(
    () => "",
    (error) => error.stderr || error.message,
  );
  const lines = said.split("\n").filter(Boolean);
  for (const name of written) {
    const wrong = lines.filter((line) => line.includes(`/${name}.html:`)).map((line) => line.replace(shots, ""));
    check(`${name}: valid HTML`, wrong.length === 0, wrong.join("\n"));
  }
  const other = lines.filter((line) => ![...written].some((name) => line.includes(`/${name}.html:`)));
  check("the markup is judged", other.length === 0, other.join("\n"));
}

/** axe needs scripts: the same bytes again, under the same address and with the same cookies, in a context that has them. */
async function accessible(browser, shown, name, html, colorScheme, origin) {
  const [url, storageState] = [shown.url(), await shown.context().storageState()];
  const wide = { width: 1280, height: 844 };
  const context = await browser.newContext({ bypassCSP: true, colorScheme, storageState, viewport: wide });
  try {
    const page = await context.newPage();
    const target = new URL(url, origin).href.split("#")[0];
    await page.route(target, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }));
    await page.goto(target);
    await page.addScriptTag({ content: axe.source });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const told = (v) => `${v.impact} ${v.id}: ${v.help}`;
    const where = (v) => v.nodes.map((n) => `\n  ${n.html}`).join("");
    check(`${name}: accessible (${colorScheme})`, violations.length === 0, violations.map((v) => told(v) + where(v)).join("\n"));
  } finally {
    await context.close();
  }
}
