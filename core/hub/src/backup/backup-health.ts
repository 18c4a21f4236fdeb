import { type Instant, type Text, text } from "@vatio/plugin-api";
import type { HealthTree } from "../health.js";
import type { BackupPlan } from "./backup-settings.js";
import { type BackupFailure, OLD_AFTER } from "./service-types.js";
import type { BackupInfo } from "./types.js";

const NODE = "hub/backup";

/** What the health of backups follows from. */
export interface BackupFacts {
  readonly plan: BackupPlan;
  readonly backups: readonly BackupInfo[];
  readonly now: Instant;
  readonly isSameDisk: boolean;
  readonly isWanted: boolean;
  readonly failure?: BackupFailure;
}

const day = (at: Instant): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** What is wrong, if anything. */
function problemOf(
  { plan, backups, now, failure, isWanted }: BackupFacts,
  good: BackupInfo | undefined,
): Text | undefined {
  if (failure) return text("health.backup-failed", { why: failure.message });
  if (backups.at(-1)?.state === "bad") return text("health.backup-bad", { why: backups.at(-1)?.problems[0] ?? "" });
  const since = good?.madeAt;
  if (plan.isOn && isWanted && since !== undefined && now - since > OLD_AFTER)
    return text("health.backup-old", { time: day(since) });
  return undefined;
}

function sentenceOf({ plan, isSameDisk }: BackupFacts, good: BackupInfo | undefined): Text {
  if (!plan.isOn) return text("health.backup-off");
  if (good?.madeAt === undefined) return text("health.backup-none", { time: plan.time });
  if (good.missing.length > 0)
    return text("health.backup-partial", { time: day(good.madeAt), count: good.missing.length });
  return text(isSameDisk ? "health.backup-same-disk" : "health.backup-good", { time: day(good.madeAt) });
}

/** Says how it is with the backups. That none are made is a choice, and so a hint: not a fault. */
export function describeHealth(health: HealthTree, facts: BackupFacts): void {
  const good = facts.backups.findLast(({ state }) => state === "good");
  const problem = problemOf(facts, good);
  const sentence = sentenceOf(facts, good);
  if (problem) health.set(NODE, "degraded", problem);
  else health.set(NODE, good && good.missing.length > 0 ? "degraded" : "ok", sentence);
}
