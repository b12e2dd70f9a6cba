// Counted checks.

export const counts = { passed: 0, failed: 0 };

export function check(name, good, detail = "") {
  if (good) counts.passed += 1;
  else counts.failed += 1;
  console.log(`${good ? "ok  " : "FAIL"}  ${name}`);
  if (!good && detail) console.log(String(detail).replace(/^/gm, "      "));
  return good;
}

/** A step that the following ones need: what it throws counts as one failed check and ends the story. */
export class Stop extends Error {}
export function must(name, good, detail) {
  if (!check(name, good, detail)) throw new Stop(name);
}
