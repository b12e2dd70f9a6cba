// How a person gets at what is on a page: with a finger, or with nothing but a keyboard.

export const finger = {
  press: (_, target) => target.click(),
  write: (_, field, text) => field.fill(text),
  select: (_, field, value) => field.selectOption(value),
  check: (_, box) => box.check(),
};

/** How many times somebody presses Tab before they give up. */
const PATIENCE = 250;

export const keyboard = {
  async press(page, target) {
    await reach(page, target);
    return page.keyboard.press("Enter");
  },

  async write(page, field, text) {
    await reach(page, field);
    if ((await field.getAttribute("type")) === "date") return page.keyboard.type(inParts(text));
    await page.keyboard.press("ControlOrMeta+A");
    return text ? page.keyboard.insertText(text) : page.keyboard.press("Delete");
  },

  /** With the arrows, from the first option on. */
  async select(page, field, value) {
    await reach(page, field);
    const place = await field.evaluate((e, wanted) => [...e.options].findIndex((option) => option.value === wanted), value);
    await page.keyboard.press("Home");
    for (let down = 0; down < place; down += 1) await page.keyboard.press("ArrowDown");
    if ((await field.inputValue()) !== value) throw new Error(`the arrows did not choose ${value}`);
  },

  /** A box by the space bar; one of several radios by the arrows, since Tab comes to one of them only. */
  async check(page, box) {
    const radio = (await box.getAttribute("type")) === "radio";
    await reach(page, radio ? groupOf(page, box) : box);
    if (!radio && !(await box.isChecked())) await page.keyboard.press("Space");
    if (radio && (await box.evaluate((e) => e === document.activeElement))) await page.keyboard.press("Space");
    for (let turn = 0; radio && turn < 20 && !(await box.isChecked()); turn += 1) await page.keyboard.press("ArrowDown");
    if (!(await box.isChecked())) throw new Error(`the keyboard did not check ${await box.getAttribute("name")}`);
  },
};

/** A day is typed into its parts, in the order in which this browser has them: month, day, year. */
function inParts(day) {
  const [year, month, date] = day.split("-");
  return month + date + year;
}

async function groupOf(page, radio) {
  return page.locator(`input[type="radio"][name="${await radio.getAttribute("name")}"]`);
}

/** Tab from wherever the focus is, round the page if need be, until it is on what is wanted; a folded part is opened on the way. */
async function reach(page, target) {
  const wanted = await target;
  for (let pressed = 0; pressed < PATIENCE; pressed += 1) {
    if (await wanted.evaluateAll((all) => all.includes(document.activeElement))) return;
    if (await wanted.evaluateAll((all) => all.every((e) => !e.checkVisibility()))) await openFolded(page, wanted);
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not come to ${wanted}`);
}

/** Where the focus is on the summary of a folded part that has what is wanted. */
async function openFolded(page, wanted) {
  const here = (all) => document.activeElement?.tagName === "SUMMARY" && all.some((e) => document.activeElement.parentElement.contains(e));
  if (await wanted.evaluateAll(here)) await page.keyboard.press("Enter");
}
