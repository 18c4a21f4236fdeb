import { type Text, text } from "@vatio/plugin-api";

/** What a value can be at all, in its stored unit; both ends included. */
export interface Limits {
  readonly least: number;
  readonly most: number;
}

/** Why a value cannot be true; undefined when it can. */
export function limitProblem(what: string, value: number, { least, most }: Limits): Text | undefined {
  if (value < 0 && least >= 0) return text("esp32-meter.rejected.negative", { what, value });
  if (value < least || value > most) return text("esp32-meter.rejected.out-of-range", { what, value, least, most });
  return undefined;
}
