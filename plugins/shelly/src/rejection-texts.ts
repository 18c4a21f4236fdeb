import { CORE_METRICS } from "@vatio/model";
import { type Batch, type Text, text } from "@vatio/plugin-api";

const LIMITS = new Map(CORE_METRICS.map(({ name, min, max }) => [name, { min, max }]));

/**
 * Says why the store kept values of a write out, with the value to blame where the reason names one. To be made before the write, which
 * takes the arrays.
 */
export function rejectionTexts(batches: readonly Batch[]): (reason: string) => Text {
  const impossible = impossibleValue(batches);
  const at = batches[0]?.at[0];
  return (reason) => {
    if (reason === "rejected.out-of-range" && impossible) return text(reason, impossible);
    return reason === "rejected.bad-time" ? text(reason, { time: writtenTime(at) }) : text(reason);
  };
}

function impossibleValue(batches: readonly Batch[]): { metric: string; value: number } | undefined {
  for (const { columns } of batches) {
    for (const [metric, [value]] of Object.entries(columns)) {
      const limits = LIMITS.get(metric);
      if (limits && value !== undefined && (value < limits.min || value > limits.max)) return { metric, value };
    }
  }
  return undefined;
}

function writtenTime(at: number | undefined): string {
  const time = new Date(at ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? String(at) : time.toISOString();
}
