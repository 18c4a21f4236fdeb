import type { Plugin } from "vite";

/** A pattern of uPlot's source and what stands in its place. */
type Cut = readonly [pattern: RegExp, replacement: string];

/**
 * What the charts never use of uPlot. Its build has no switches, so questions whose answer is known here become constants, and
 * the minifier drops what nobody can reach any more. Take a line away to use that part again. Splines stay out for good: they
 * invent peaks between readings.
 */
const CUTS: readonly Cut[] = [
  // Ways to draw: lines and steps only.
  [/\(paths\.bars {4}= bars\);/g, ""],
  [/\(paths\.spline {2}= monotoneCubic\);/g, ""],
  // Plots of points over points (mode 2).
  [/\bconst mode = self\.mode;/g, ""],
  [/\bmode == 2\b/g, "false"],
  [/\bmode == 1\b/g, "true"],
  // Axes that are logarithmic, ordinal, or upright for the time.
  [/\b(?:(?:sc|wsc|scale)\.)?distr == (?:2|3|4|100)\b/g, "false"],
  [/\bxScaleDistr == \d\b/g, "false"],
  [/\bsc\.distr == 1\b/g, "true"],
  [/\bsc\.distr >= 3\b/g, "false"],
  [/\bscaleX\.ori == 0\b/g, "true"],
  [/\bscaleX\.ori == 1\b/g, "false"],
  // Limits that uPlot works out: every scale here has a function of its own.
  [/sc\.range = fnOrSelf\(rn \|\| [^;]*;/g, "sc.range = fnOrSelf(rn);"],
  [/if \(scaleKey != xScaleKey \|\| \(false && !isTime\)\) \{/g, "if (false) {"],
  [/\[_min, _max\] = rangeNum\(_min, _max, rangePad, true\);/g, "_max++;"],
  // Time in milliseconds, and its own words for dates: every axis here brings its labels.
  [/\bms == 1\b/g, "false"],
  [/const \[ timeIncrsMs[^;]*;/g, ""],
  [/const _timeAxisStamps = \[[\s\S]*?\n\t\];/g, "const _timeAxisStamps = null;"],
  [/const _timeAxisVals {3}= [^;]*;/g, ""],
  [/const _timeSeriesVal {2}= [^;]*;/g, ""],
  [/const _fmtDate = [^;]*;/g, ""],
  [/s\.value = isTime \?[^;]*;/g, ""],
  [/s\.label = s\.label \|\| [^;]*;/g, ""],
  [/axis\.values = \(\n[\s\S]*?\n\t\t\t\);/g, "axis.values = av;"],
  // Title, names of axes, legend: the elements around a plot have them.
  [/if \(opts\.title\) \{/g, "if (false) {"],
  [/\baxis\.label != null\b/g, "false"],
  [/const showLegend = legend\.show;/g, ""],
  [/\bshowLegend\b/g, "false"],
  [/\blegend\.show && legend\.live\b/g, "false"],
  [/\blegend\.live\b/g, "false"],
  [/legendTable\?\.remove\(\);/g, ""],
  // A series that comes to the fore below the pointer.
  [/const cursorFocus = focus\.prox >= 0;/g, ""],
  [/const cursorOnePt = cursorFocus && points\.one;/g, ""],
  [/\bcursor(?:Focus|OnePt)\b/g, "false"],
  // Lines that come and go: a plot is built anew when its lines change.
  [/self\.(?:add|del|set)(?:Series|Band) = \w+;/g, ""],
  [/const domEnv = [^;]*;/g, ""],
  [/\bdomEnv\b/g, "true"],
  [/uPlot\.(?:join|addGap|clipGaps|orient|assign|fmtNum|fmtDate|range(?:Num|Log|Asinh))\s*= \w+;/g, ""],
];

/** The source of uPlot without what no chart uses, and the patterns that were not found in it. */
export function leanSource(source: string): { readonly code: string; readonly missing: readonly RegExp[] } {
  const missing: RegExp[] = [];
  let code = source;
  for (const [pattern, replacement] of CUTS) {
    const next = code.replace(pattern, replacement);
    if (next === code) missing.push(pattern);
    code = next;
  }
  return { code, missing };
}

/** Leaves out the parts of uPlot that no chart uses: the bundler cannot see that by itself. */
export function leanPlot(): Plugin {
  return {
    name: "vatio-lean-plot",
    transform(source, id) {
      if (!id.endsWith("uPlot.esm.js")) return undefined;
      const { code, missing } = leanSource(source);
      for (const pattern of missing)
        this.warn(`uPlot no longer holds ${pattern}: look at ui/bundling/lean-plot.ts again.`);
      return { code, map: null };
    },
  };
}
