import { unitOf, WH_OF } from "../common/energy-units.js";
import { MAX_NAME_CHARS } from "../common/limits.js";

/** What Home Assistant says about a statistic. */
export interface StatisticFacts {
  readonly id: string;
  readonly name: string | undefined;
  readonly unit: string | undefined;
  readonly hasSum: boolean;
}

/** A statistic of energy. */
export interface MeteredStatistic {
  readonly key: string;
  readonly name: string;
  /** Wh of one unit. */
  readonly factor: number;
}

/** The statistic when it counts energy: others are means, gas, water, money. */
export function meteredStatistic({ id, name, unit, hasSum }: StatisticFacts): MeteredStatistic | undefined {
  const factor = unit === undefined ? undefined : WH_OF[unitOf(unit) ?? ""];
  if (!hasSum || factor === undefined || id === "") return undefined;
  const key = id.slice(0, MAX_NAME_CHARS);
  return { key, name: name === undefined || name.trim() === "" ? key : name.slice(0, MAX_NAME_CHARS), factor };
}
