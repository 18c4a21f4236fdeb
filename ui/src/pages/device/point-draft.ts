import type { Point, PointChange, PointRole } from "../../data/api.js";

/** A point as the fields of a form hold it. */
export interface PointDraft {
  readonly name: string;
  readonly location: string;
  readonly role: PointRole;
  /** Empty: nothing above it. */
  readonly parent: string;
  /** Empty: that of its role. */
  readonly icon: string;
  /** Watts as typed; empty: not known. */
  readonly powerCeiling: string;
  readonly protected: boolean;
}

/** The fields for a point. */
export const draftOf = ({
  name,
  location = "",
  role,
  parent = "",
  icon = "",
  powerCeiling,
  protected: guarded,
}: Point): PointDraft => ({
  name,
  location,
  role,
  parent,
  icon,
  powerCeiling: powerCeiling === undefined ? "" : String(powerCeiling),
  protected: guarded,
});

/** A number as people type it, with a comma or a point; NaN when it is none. */
const numberOf = (text: string): number => Number(text.trim().replace(",", "."));

/** The fields that cannot be saved. */
export function problemsOf({ name, powerCeiling }: PointDraft): Set<"name" | "powerCeiling"> {
  const problems = new Set<"name" | "powerCeiling">();
  if (name.trim() === "") problems.add("name");
  if (powerCeiling.trim() !== "" && !(numberOf(powerCeiling) > 0 && numberOf(powerCeiling) <= 1e9))
    problems.add("powerCeiling");
  return problems;
}

/** What a person changed, as the hub takes it: null takes a parent or a ceiling away. */
export function changeOf(draft: PointDraft, point: Point): PointChange {
  const before = draftOf(point);
  const ceiling = draft.powerCeiling.trim();
  return {
    ...(draft.name.trim() === before.name ? {} : { name: draft.name.trim() }),
    ...(draft.location.trim() === before.location ? {} : { location: draft.location.trim() }),
    ...(draft.role === before.role ? {} : { role: draft.role }),
    ...(draft.parent === before.parent ? {} : { parent: draft.parent || null }),
    ...(draft.icon === before.icon ? {} : { icon: draft.icon }),
    ...(ceiling === before.powerCeiling ? {} : { powerCeiling: ceiling === "" ? null : numberOf(ceiling) }),
    ...(draft.protected === before.protected ? {} : { protected: draft.protected }),
  };
}

/** Points that may lie above another one: not itself, nothing below it, no phases. */
export function possibleParents(point: Point, points: readonly Point[]): Point[] {
  const byId = new Map(points.map((each) => [each.id, each]));
  const isBelow = (candidate: Point): boolean => {
    const seen = new Set<string>();
    let at: Point | undefined = candidate;
    while (at && !seen.has(at.id)) {
      if (at.id === point.id) return true;
      seen.add(at.id);
      at = at.parent === undefined ? undefined : byId.get(at.parent);
    }
    return false;
  };
  return points.filter(
    (candidate) => candidate.site === point.site && candidate.phase === undefined && !isBelow(candidate),
  );
}
