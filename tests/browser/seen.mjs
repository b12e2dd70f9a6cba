// Which pages were looked at, and which the desk has.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { check } from "./checks.mjs";
import { root } from "../harness/desk.mjs";

const paths = new Set();

export function saw(url) {
  paths.add(new URL(url).pathname);
}

/** The last part of the address of each step of a case, as its table has them. */
export function steps() {
  const read = (file) => readFileSync(join(root, file), "utf8");
  const names = new Map([...read("shared/domain/src/notice/step.rs").matchAll(/pub const (\w+): &str = "(\w+)"/g)].map((m) => m.slice(1)));
  const found = [...read("functions/team/src/steps/table.rs").matchAll(/^ +path: (?:"(\w+)"|step::(\w+)),$/gm)];
  return found.map(([, word, name]) => word ?? names.get(name));
}

/** Where the navigation of the page leads that a browser is at: what is added to it is looked at without being named here. */
export function navigation(page) {
  return page.locator('nav[aria-label="Main"] a').evaluateAll((links) => links.map((link) => link.pathname));
}

/** Every GET of the API's document that answers with a page, each step by itself. */
async function pages(origin) {
  const api = await (await fetch(`${origin}/openapi.json`)).json();
  const shown = (path) => api.paths[path].get?.responses["200"]?.content?.["text/html"];
  return Object.keys(api.paths).filter(shown).flatMap((path) => (path.includes("{step}") ? each(path) : [path]));
}

function each(path) {
  return steps().map((step) => path.replace("{step}", step));
}

export async function allSeen({ origin }) {
  for (const path of await pages(origin)) {
    const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    check(`pages: ${path} was looked at`, [...paths].some((seen) => pattern.test(seen)));
  }
}
