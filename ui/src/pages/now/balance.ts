import type { Point, PointRole, Reading } from "../../data/api.js";

/** Older values say nothing about now. */
export const STALE_MS = 300_000;

/** Something that power comes from, in watts. `supply`: nobody measures the connection, so it follows from the loads. */
export interface Source {
  readonly kind: "grid" | "generation" | "storage" | "supply";
  readonly watts: number;
}

/** A circuit with what it takes now. */
export interface Load {
  readonly point: Point;
  readonly watts: number;
}

/** Where the power of a site comes from and goes to, in watts. */
export interface Balance {
  /** What is consumed; undefined when nothing tells. */
  readonly consumption: number | undefined;
  /** What solar gives; undefined without solar. */
  readonly generation: number | undefined;
  readonly hasGridMeter: boolean;
  readonly sources: readonly Source[];
  /** Circuits that are in no other circuit, largest first. */
  readonly loads: readonly Load[];
  /** Consumed and in no circuit; undefined without a grid meter. */
  readonly untracked: number | undefined;
  readonly exported: number;
  readonly charging: number;
  /** How much more the circuits take than comes in: a clamp is reversed or a circuit hangs elsewhere. */
  readonly excess: number;
  /** Measured points whose newest value is too old. */
  readonly silent: readonly Point[];
  /** The oldest instant of what the figures rest on. */
  readonly at: number | undefined;
}

const CONSUMERS: ReadonlySet<PointRole> = new Set(["circuit", "load", "motor"]);

/** Whether a point takes power, as opposed to the connection, solar and battery. */
export const isConsumer = ({ role }: Point): boolean => CONSUMERS.has(role);

const measuresPower = ({ metrics }: Point): boolean => metrics.includes("power_w");

/** Ids of the points that have readings at all. */
export const readable = (points: readonly Point[]): string[] =>
  points.filter(({ metrics }) => metrics.length > 0).map(({ id }) => id);

/** Points of a kind that no other point of the kind includes: phases count with their total, appliances with their circuit. */
export function topmost(points: readonly Point[], belongs: (point: Point) => boolean): Point[] {
  const byId = new Map(points.map((point) => [point.id, point]));
  const isBelow = (point: Point): boolean => {
    const seen = new Set<string>([point.id]);
    let above = point.parent === undefined ? undefined : byId.get(point.parent);
    while (above && !seen.has(above.id)) {
      if (belongs(above) && measuresPower(above)) return true;
      seen.add(above.id);
      above = above.parent === undefined ? undefined : byId.get(above.parent);
    }
    return false;
  };
  return points.filter((point) => belongs(point) && measuresPower(point) && !isBelow(point));
}

/** Consumers that hold no other consumer: what a person can switch off. Phases of one load stay below it. */
export function smallest(points: readonly Point[]): Point[] {
  const holders = new Set(
    points.filter((point) => isConsumer(point) && point.phase === undefined).map(({ parent }) => parent),
  );
  return points.filter(
    (point) => isConsumer(point) && measuresPower(point) && !holders.has(point.id) && !isPhaseOfTotal(point, points),
  );
}

const isPhaseOfTotal = ({ phase, parent, device }: Point, points: readonly Point[]): boolean =>
  phase !== undefined && points.some((other) => other.id === parent && other.device === device);

/** The points that the balance of a site rests on. */
export interface BalancePoints {
  readonly grid: readonly Point[];
  readonly generation: readonly Point[];
  readonly storage: readonly Point[];
  readonly consumers: readonly Point[];
}

/** Sorts the points of a site by their part in its balance. */
export const balancePoints = (points: readonly Point[]): BalancePoints => ({
  grid: topmost(points, ({ role }) => role === "grid"),
  generation: topmost(points, ({ role }) => role === "generation"),
  storage: topmost(points, ({ role }) => role === "storage"),
  consumers: topmost(points, isConsumer),
});

/** What solar gives: drivers differ in the sign, and a plug in front of an inverter counts upwards. */
export const generated = (watts: number): number => Math.abs(watts);

/** Consumption from the connection, solar and battery. Positive storage charges. */
export const consumed = (grid: number, generation: number, storage: number): number => grid + generation - storage;

/** The balance of a site from the newest power of its points. */
export function balanceOf(points: readonly Point[], read: (point: Point) => Reading | undefined, now: number): Balance {
  const parts = balancePoints(points);
  const silent: Point[] = [];
  let oldest: number | undefined;
  const fresh = (point: Point): number | undefined => {
    const reading = read(point);
    if (!reading || now - reading.at > STALE_MS) {
      silent.push(point);
      return undefined;
    }
    oldest = Math.min(oldest ?? reading.at, reading.at);
    return reading.value;
  };
  const grid = total(parts.grid.map(fresh));
  const solar = total(parts.generation.map((point) => mapped(fresh(point), generated)));
  const storage = total(parts.storage.map(fresh));
  const loads = parts.consumers
    .map((point) => ({ point, watts: fresh(point) }))
    .filter((load): load is Load => load.watts !== undefined)
    .sort((a, b) => b.watts - a.watts);
  const flows = flowsOf({ grid, solar, storage, loads, hasGridMeter: parts.grid.length > 0 });
  return { ...flows, generation: solar, hasGridMeter: parts.grid.length > 0, loads, silent, at: oldest };
}

interface Measured {
  readonly grid: number | undefined;
  readonly solar: number | undefined;
  readonly storage: number | undefined;
  readonly loads: readonly Load[];
  readonly hasGridMeter: boolean;
}

type Flows = Pick<Balance, "consumption" | "sources" | "untracked" | "exported" | "charging" | "excess">;

function flowsOf({ grid, solar = 0, storage = 0, loads, hasGridMeter }: Measured): Flows {
  const tracked = loads.reduce((sum, { watts }) => sum + Math.max(0, watts), 0);
  const charging = Math.max(0, storage);
  const inner: Source[] = [
    { kind: "generation", watts: solar },
    { kind: "storage", watts: Math.max(0, -storage) },
  ];
  if (grid === undefined) {
    if (hasGridMeter)
      return {
        consumption: undefined,
        sources: inner.filter(flows),
        untracked: undefined,
        exported: 0,
        charging,
        excess: 0,
      };
    const own = solar + Math.max(0, -storage) - charging;
    const supply: Source = { kind: "supply", watts: Math.max(0, tracked - own) };
    return {
      consumption: loads.length === 0 ? undefined : tracked,
      sources: [...inner, supply].filter(flows),
      untracked: undefined,
      exported: 0,
      charging,
      excess: 0,
    };
  }
  const consumption = consumed(grid, solar, storage);
  const sources = [...inner, { kind: "grid" as const, watts: Math.max(0, grid) }].filter(flows);
  return {
    consumption,
    sources,
    untracked: Math.max(0, consumption - tracked),
    exported: Math.max(0, -grid),
    charging,
    excess: Math.max(0, tracked - consumption),
  };
}

const flows = ({ watts }: Source): boolean => watts > 0;

const total = (values: readonly (number | undefined)[]): number | undefined =>
  values.reduce((sum, value) => (value === undefined ? sum : (sum ?? 0) + value), undefined);

const mapped = (value: number | undefined, change: (value: number) => number): number | undefined =>
  value === undefined ? undefined : change(value);

const EXCESS_SHARE = 0.1;
const EXCESS_WATTS = 50;

/** Whether the circuits contradict the connection by more than meters differ. */
export const isUnbalanced = ({ consumption, excess }: Balance): boolean =>
  consumption !== undefined && excess > EXCESS_WATTS && excess > Math.abs(consumption) * EXCESS_SHARE;
