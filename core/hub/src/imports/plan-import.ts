import { type Instant, type PointId, VatioError } from "@vatio/plugin-api";
import type { EnergyService } from "../energy/types.js";
import type { PointRegistry } from "../registry/types.js";
import { importChannel, type StoredCircuit } from "./import-batches.js";
import type { PointClaim, StoredImport } from "./import-records.js";
import { ownSlots, runsOf } from "./own-slots.js";
import type { SeriesSums } from "./series-sums.js";
import { hullOf, subtractRuns, unionRuns } from "./slot-runs.js";
import type { ConflictPolicy, ImportedCircuit, SeriesTarget, SlotRun } from "./types.js";
import type { Scan, Upload } from "./uploads.js";

/** What a plan is made with. */
export interface PlanServices {
  readonly energy: Pick<EnergyService, "slots">;
  readonly points: Pick<PointRegistry, "get" | "create" | "remove">;
}

/** What is to be imported. */
export interface PlanOrder {
  readonly upload: Upload;
  readonly format: string;
  readonly scan: Scan;
  readonly targets: readonly SeriesTarget[];
  readonly at: Instant;
}

/** Everything that applying an import stores. */
export interface ImportPlan {
  readonly stored: StoredImport;
  /** Circuits that are stored, by their key. */
  readonly circuits: ReadonlyMap<string, StoredCircuit>;
  /** Points that were made for it. */
  readonly newPoints: readonly PointId[];
}

/** Pieces that the slots of one point may fall into. */
const MAX_RUNS = 50_000;

interface Chosen {
  readonly target: SeriesTarget;
  readonly series: SeriesSums;
  readonly point: PointId;
}

/** Checks the targets, makes the points that are new, and finds the slots in which the import counts. */
export async function planImport(services: PlanServices, order: PlanOrder): Promise<ImportPlan> {
  const { scan, targets, upload } = order;
  const pairs = checkTargets(targets, scan);
  for (const { target } of pairs) requirePoint(services, target, upload);
  const newPoints: PointId[] = [];
  try {
    const chosen: Chosen[] = [];
    for (const { target, series } of pairs)
      chosen.push({ target, series, point: await pointFor(services, target, { upload, newPoints }) });
    const claims = await claimsOf(services, chosen, upload.id);
    return { stored: storedOf(order, chosen, claims), circuits: circuitsOf(chosen, upload.id), newPoints };
  } catch (error) {
    for (const point of newPoints) await services.points.remove(point);
    throw error;
  }
}

const invalid = (message: string): VatioError => new VatioError("E_INPUT_INVALID", message);

function checkTargets(
  targets: readonly SeriesTarget[],
  { series }: Scan,
): { target: SeriesTarget; series: SeriesSums }[] {
  if (targets.length === 0) throw invalid("Choose a point for at least one circuit of the file.");
  if (new Set(targets.map(({ key }) => key)).size < targets.length)
    throw invalid("A circuit of the file has two targets.");
  return targets.map((target) => {
    const found = series.find(({ key }) => key === target.key);
    if (!found) throw invalid(`The file has no circuit "${target.key}". Look at the preview again.`);
    return { target, series: found };
  });
}

function requirePoint({ points }: PlanServices, { to }: SeriesTarget, { site }: Upload): void {
  const wanted = "point" in to ? to.point : to.newPoint.parent;
  if (wanted === undefined || points.get(wanted)?.site === site) return;
  throw new VatioError("E_POINT_UNKNOWN", "The site has no such point.", { details: { id: wanted } });
}

async function pointFor(
  { points }: PlanServices,
  { to }: SeriesTarget,
  { upload, newPoints }: { readonly upload: Upload; readonly newPoints: PointId[] },
): Promise<PointId> {
  if ("point" in to) return to.point;
  const { id } = await points.create({ site: upload.site, ...to.newPoint });
  newPoints.push(id);
  return id;
}

/** Circuits of one point and policy count in the same slots, and are added up. */
async function claimsOf(
  services: PlanServices,
  chosen: readonly Chosen[],
  importId: string,
): Promise<readonly PointClaim[]> {
  const groups = new Map<string, { point: PointId; policy: ConflictPolicy; members: Chosen[] }>();
  for (const one of chosen) {
    const { policy } = one.target;
    const id = `${one.point} ${policy}`;
    const group = groups.get(id) ?? { point: one.point, policy, members: [] };
    group.members.push(one);
    groups.set(id, group);
  }
  const claims: PointClaim[] = [];
  for (const { point, policy, members } of groups.values()) {
    const covered = unionRuns(members.flatMap(({ series }) => series.slots()));
    const slots = policy === "replace" ? covered : await freeOf(services, point, covered);
    if (slots.length > MAX_RUNS) throw tooScattered(point);
    claims.push({ point, policy, slots, channels: members.map(({ series }) => importChannel(importId, series.key)) });
  }
  return claims;
}

async function freeOf(
  { energy }: PlanServices,
  point: PointId,
  covered: readonly SlotRun[],
): Promise<readonly SlotRun[]> {
  const hull = hullOf(covered);
  return hull ? subtractRuns(covered, runsOf(await ownSlots(energy, point, hull))) : [];
}

const tooScattered = (point: PointId): VatioError =>
  new VatioError(
    "E_IMPORT_CONFLICT",
    "The data of the point and of the file lie too much across each other. Let the import replace what the point has, or choose another point.",
    { details: { point } },
  );

const circuitsOf = (chosen: readonly Chosen[], importId: string): ReadonlyMap<string, StoredCircuit> =>
  new Map(
    chosen.map(({ target, series }) => [
      series.key,
      { channel: importChannel(importId, series.key), reversed: target.reversed },
    ]),
  );

function storedOf(
  { upload, format, scan, at }: PlanOrder,
  chosen: readonly Chosen[],
  claims: readonly PointClaim[],
): StoredImport {
  const circuits = chosen.map(({ target, series, point }): ImportedCircuit => {
    const summary = series.summary();
    const { policy, reversed } = target;
    return {
      ...(reversed ? turned(summary) : summary),
      channel: importChannel(upload.id, series.key),
      point,
      policy,
      reversed,
    };
  });
  const { id, site, name, bytes } = upload;
  const rows = circuits.reduce((sum, circuit) => sum + circuit.rows, 0);
  return {
    version: 1,
    state: "applied",
    claims,
    record: { id, site, name, bytes, format, at, rows, circuits, notes: scan.notes },
  };
}

type Turnable = Pick<ImportedCircuit, "importWh" | "exportWh" | "months">;

const turned = <T extends Turnable>(summary: T): T => ({
  ...summary,
  importWh: summary.exportWh,
  exportWh: summary.importWh,
  months: summary.months.map(({ month, importWh, exportWh }) => ({ month, importWh: exportWh, exportWh: importWh })),
});
