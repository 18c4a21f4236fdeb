/** One measured figure beside its target. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly target?: string;
}

/** The value below which a share of the sorted samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** 1234567 as `1,235 k`; small numbers as they are. */
export function thousands(value: number): string {
  return value >= 10_000
    ? `${Math.round(value / 1000).toLocaleString("en")} k`
    : Math.round(value).toLocaleString("en");
}

/** Prints figures as an aligned table. */
export function printFigures(title: string, figures: readonly Figure[]): void {
  const width = (pick: (figure: Figure) => string): number => Math.max(...figures.map((figure) => pick(figure).length));
  const [nameWidth, valueWidth] = [width(({ name }) => name), width(({ value }) => value)];
  console.log(`\n${title}`);
  for (const { name, value, target } of figures) {
    console.log(
      `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}${target === undefined ? "" : `   target ${target}`}`,
    );
  }
}
