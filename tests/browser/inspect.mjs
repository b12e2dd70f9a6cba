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

/** `html` is the page as it was sent, so that what is checked is what the desk wrote. */
export async function inspect({ browser, page, shots, origin }, name, html) {
  saw(page.url());
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
  written.add(name);
  writeFileSync(fileOf(shots, name), html);
  for (const scheme of ["light", "dark"]) await accessible(browser, name, page.url(), html, scheme, origin);
}

/** In the page: targets that are seen and too small. */
function tooSmall(targets) {
  const seen = [...document.querySelectorAll(targets)].filter((e) => e.checkVisibility());
  const sized = seen.map((e) => [e, e.getBoundingClientRect()]);
  const small = sized.filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < 23.5);
  return small.map(([e, box]) => `${e.outerHTML.slice(0, 90)}: ${Math.round(box.width)} × ${Math.round(box.height)}`);
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

/** axe needs scripts: the same bytes again, under the same address, in a context that has them. */
async function accessible(browser, name, url, html, colorScheme, origin) {
  const context = await browser.newContext({ bypassCSP: true, colorScheme, viewport: { width: 1280, height: 844 } });
  try {
    const page = await context.newPage();
    const target = new URL(url, origin).href.split("#")[0];
    await page.route(target, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }));
    await page.goto(target);
    await page.addScriptTag({ content: axe.source });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const grave = violations.filter((v) => v.impact === "serious" || v.impact === "critical");
    const told = (v) => `${v.impact} ${v.id}: ${v.help}`;
    const where = (v) => v.nodes.map((n) => `\n  ${n.html}`).join("");
    check(`${name}: accessible (${colorScheme})`, grave.length === 0, grave.map((v) => told(v) + where(v)).join("\n"));
    for (const v of violations.filter((v) => !grave.includes(v))) console.log(`note  ${name}: ${told(v)}`);
  } finally {
    await context.close();
  }
}
