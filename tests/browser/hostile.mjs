// What somebody would type to run a script in another's page, or to have it fetch something: DOMPurify's collection, and one for each
// place that the desk's pages put words into. `__xss(…)` and `alert(…)` tell the watch that they ran.

import collected from "../data/dompurify/expect.mjs";

export const ELSEWHERE = "https://elsewhere.example";

/** The places of a page: running text, attributes, raw text elements, comments, links, Markdown, what loads or leads away. */
const OURS = [
  "<script>__xss(1)</script>",
  '"><script>__xss(2)</script>',
  "'><img src=x onerror=__xss(3)>",
  '" autofocus onfocus="__xss(4)',
  "' autofocus onfocus='__xss(5)",
  "</textarea><script>__xss(6)</script>",
  "</title><script>__xss(7)</script>",
  "</pre></code><svg onload=__xss(8)>",
  "</style><script>__xss(9)</script>",
  "--><script>__xss(10)</script><!--",
  "]]><script>__xss(11)</script>",
  "</option></select><img src=x onerror=__xss(12)>",
  "</summary></details><details open ontoggle=__xss(13)>",
  "javascript:__xss(14)",
  "&lt;script&gt;__xss(15)&lt;/script&gt; &#60;script>__xss(16)&#60;/script>",
  `<img src=${ELSEWHERE}/a.png><link rel=stylesheet href=${ELSEWHERE}/a.css>`,
  `<style>@import "${ELSEWHERE}/b.css"; * { background: url(${ELSEWHERE}/b.png) }</style>`,
  `<iframe src=${ELSEWHERE}/c></iframe><object data=${ELSEWHERE}/c></object><embed src=${ELSEWHERE}/c>`,
  `<meta http-equiv=refresh content="0;url=${ELSEWHERE}/d">`,
  `<base href=${ELSEWHERE}/><form action=${ELSEWHERE}/e><button autofocus>e</button></form>`,
  `<iframe srcdoc="<script>parent.__xss(17)</script>"></iframe>`,
  "[f](javascript:__xss(18)) [f](JaVaScRiPt&colon;__xss(19)) <javascript:__xss(20)>",
  `![g](${ELSEWHERE}/g.png) ![g][g]\n\n[g]: ${ELSEWHERE}/g.png "onerror=__xss(21)"`,
  `[h](${ELSEWHERE}/"onmouseover="__xss(22)) [h](<data:text/html,<script>__xss(23)</script>>)`,
  "```html\"><script>__xss(24)</script>\n</code></pre><script>__xss(25)</script>\n```",
  "`</code><script>__xss(26)</script>` **<b onclick=__xss(27)>**",
  "| <img src=x onerror=__xss(28)> |\n|--|\n| <script>__xss(29)</script> |",
];

/** Without what a field refuses, and without what is not published: controls, and a line end that nobody sees. */
const taken = (text) => text.replaceAll(/[\p{Cc}\u2028]/gu, (c) => (/[\n\t]/.test(c) ? c : ""));

const THEIRS = [...new Set(collected.map((row) => taken(row.payload)))].filter((payload) => payload.trim());

/** One for each place. */
export const SHORT = OURS.join("\n\n");

/** All of it, where a field takes many lines. */
export const TEXT = [...OURS, ...THEIRS].join("\n\n");

/** All that fits, as lines of at most so many bytes; the first of them are ours. */
export function lines(most = 300) {
  const found = [""];
  for (const payload of [...OURS, ...THEIRS].map(oneLine).filter((line) => Buffer.byteLength(line) <= most)) {
    const longer = `${found.at(-1)} ${payload}`.trim();
    if (Buffer.byteLength(longer) <= most) found[found.length - 1] = longer;
    else found.push(payload);
  }
  return found;
}

export function oneLine(text) {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}

/** What a field that wants more than words may take. */
export const SHAPED = {
  link: `${ELSEWHERE}/"><script>__xss(30)</script>'onmouseover='__xss(31)'`,
  address: "'onmouseover='__xss'@elsewhere.example",
  date: "2027-01-31",
};
