import { css } from "lit";

/** Looks of the settings form beyond the shared sheet. */
export const formStyles = css`
  .hint { margin-bottom: 18px; }
  .form > .tog { border-bottom: 1px solid var(--line); }
  .form > .tog + .tog { border-top: 0; margin-top: -18px; }
  .mark { color: var(--brand-ink); font-weight: 600; font-size: 12.5px; margin-left: 7px; }
  .tog .bad { display: flex; gap: 6px; color: var(--bad); font-weight: 550; }
  .tog .bad .i { width: 16px; height: 16px; }
  fieldset.field > legend { font-weight: 640; font-size: 14px; color: var(--ink); }
  fieldset.field > .form { margin-top: 8px; }
  .rows { list-style: none; margin: 6px 0 0; padding: 0; display: grid; gap: 10px; }
  .rows > li { display: flex; gap: 6px; align-items: flex-end; }
  .rows > li > .form { flex: 1; min-width: 0; }
  .rows > li.whole { align-items: flex-start; border: 1px solid var(--line); border-radius: var(--r-m); padding: 14px 8px 14px 14px; background: var(--surface-2); }
  .rows .whole > .form { grid-template-columns: repeat(auto-fit, minmax(min(100%, 170px), 1fr)); gap: 14px; }
  .rows .whole .iconbtn { margin-top: -6px; }
  .none { color: var(--muted); font-size: 13.5px; padding: 6px 0; }
  .add { justify-self: start; margin-top: 6px; }
  .adv summary { display: flex; align-items: center; gap: 8px; font-weight: 640; font-size: 14px; cursor: pointer; list-style: none; padding: 2px 0; min-height: 40px; }
  .adv summary::-webkit-details-marker { display: none; }
  .adv summary .i { width: 17px; height: 17px; color: var(--muted); transition: transform var(--t-switch); }
  .adv[open] summary .i { transform: rotate(90deg); }
  .adv summary small { color: var(--muted); font-weight: 500; font-size: 13px; }
  .adv > .form { margin-top: 8px; }
  .secret { display: flex; gap: 6px; align-items: center; }
  .secret .inp { flex: 1; }
  .secret .inp[readonly] { background: var(--surface-2); letter-spacing: 0.1em; }
`;
