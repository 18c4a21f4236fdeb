/** Style sheet of the docs page: light and dark by the system's wish. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dde3, #39424d); --soft: light-dark(#f3f5f7, #1d232b); --dim: light-dark(#55606d, #9aa7b5);
  --get: light-dark(#0b6e4f, #5fd3a8); --post: light-dark(#1b5fc1, #7fb2ff); --put: light-dark(#8a5300, #f0b354); --delete: light-dark(#b3261e, #ff8a80); }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; background: light-dark(#fff, #12161b); color: light-dark(#1b2430, #e4e9ef); }
header, main { max-width: 62rem; margin: 0 auto; padding: 1.25rem 1rem; }
header p, .about { color: var(--dim); }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; }
h2 { margin: 2.25rem 0 .5rem; font-size: 1.2rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
.media { margin: .15rem 0; }
pre { overflow-x: auto; margin: .25rem 0 .75rem; padding: .75rem; background: var(--soft); border-radius: 6px; }
label { display: block; font-weight: 600; }
input { width: 100%; margin-top: .25rem; padding: .55rem .7rem; font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; }
a { color: inherit; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; }
summary { display: flex; flex-wrap: wrap; gap: .25rem .75rem; padding: .5rem .75rem; cursor: pointer; }
summary:focus-visible, input:focus-visible, a:focus-visible { outline: 2px solid var(--post); outline-offset: 2px; }
summary span { color: var(--dim); }
.body { padding: 0 .75rem .5rem; }
.method { min-width: 4rem; font-weight: 700; }
.get { color: var(--get); } .post { color: var(--post); } .put, .patch { color: var(--put); } .delete { color: var(--delete); }
table { border-collapse: collapse; width: 100%; margin: .25rem 0 .75rem; }
th, td { padding: .25rem .5rem .25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
.none { padding: 1rem 0; color: var(--dim); }
[hidden] { display: none; }
`;

/** Script of the docs page: the search field hides what does not match. */
export const DOCS_SCRIPT = `
const field = document.querySelector("#search");
const entries = [...document.querySelectorAll("details")];
const sections = [...document.querySelectorAll("section")];
const none = document.querySelector("#none");
const filter = () => {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const entry of entries) entry.hidden = !words.every((word) => entry.dataset.text.includes(word));
  for (const section of sections) section.hidden = !section.querySelector("details:not([hidden])");
  none.hidden = entries.some((entry) => !entry.hidden);
};
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
field.addEventListener("input", filter);
addEventListener("hashchange", open);
filter();
open();
`;
