import { type Static, Type } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";

const sets = Type.Record(Type.String(), Type.Array(Type.Tuple([Type.Number(), Type.Number()])));

/** A plan as it is stored. */
const PlanDocumentSchema = Type.Object({
  version: Type.Literal(1),
  paused: Type.Boolean(),
  failures: Type.Integer({ minimum: 0 }),
  scannedUntil: Type.Optional(Type.Number()),
  nextTryAt: Type.Optional(Type.Number()),
  why: Type.Optional(
    Type.Object({
      key: Type.String(),
      params: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
    }),
  ),
  job: Type.Optional(
    Type.Object({
      cause: Type.Enum(["start", "reconnect", "accepted", "nightly", "manual"]),
      range: Type.Object({ from: Type.Number(), to: Type.Number() }),
      totalMinutes: Type.Number(),
      absentMinutes: Type.Number(),
      startedAt: Type.Number(),
      finishedAt: Type.Optional(Type.Number()),
    }),
  ),
  missing: sets,
  absent: sets,
  without: Type.Record(Type.String(), Type.Number()),
});
/** A plan as it is stored. */
export type PlanDocument = Static<typeof PlanDocumentSchema>;

const schema = Compile(PlanDocumentSchema);

/** A stored plan; undefined when it is not readable any more: gaps are found again. */
export function parsePlan(text: string): PlanDocument | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return schema.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
