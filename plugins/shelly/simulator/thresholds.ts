import type { ComponentStatus } from "./gen2-models.js";

/** From what change on a device reports a value: an absolute step and a share of the value, both exceeded. */
const STEPS: readonly (readonly [pattern: RegExp, step: number, share: number])[] = [
  [/(?:^|_)(?:apower|act_power)$/, 1, 0.05],
  [/(?:^|_)current$/, 0.02, 0.05],
  [/(?:^|_)voltage$/, 1, 0.05],
];

/** The values of a component that a device would report anew: outputs at once, measurements when they moved enough. */
export function changedKeys(before: ComponentStatus | undefined, now: ComponentStatus): ComponentStatus {
  return Object.fromEntries(Object.entries(now).filter(([key, value]) => isChange(key, before?.[key], value)));
}

function isChange(key: string, before: unknown, now: unknown): boolean {
  if (key === "output") return before !== now;
  const [, step, share] = STEPS.find(([pattern]) => pattern.test(key)) ?? [];
  if (step === undefined || share === undefined || typeof now !== "number") return false;
  if (typeof before !== "number") return true;
  const moved = Math.abs(now - before);
  return moved >= step && moved >= share * Math.abs(before);
}
