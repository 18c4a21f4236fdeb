import type { Point, PointRole, Reading } from "../../data/api.js";

/** Older values say nothing about now. */
export const STALE_MS = 300_000;

/** Watts of one kind. */
interface Stream<Kind extends string> {
  readonly kind: Kind;
  readonly watts: number;
  /** Whose alone they are: another point of its part is silent, so nobody knows the total. */
  readonly point?: Point;
}

/** Something that power comes from. `supply`: nobody measures the connection, so it follows from the loads. */
export type Source = Stream<"grid" | "generation" | "storage" | "supply">;

/** Where power goes besides the loads. */
export type Outlet = Stream<"charging" | "exported">;

/** A circuit with what it takes now. */
export interface Load {
  readonly point: Point;
  readonly watts: number;
}

/**
 * Where the power of a site comes from and goes to, in watts. A silent point is not zero: whatever depends on it is
 * undefined, and no sum leaves it out.
 */
export interface Balance {
  /** What is consumed; undefined when nothing tells. */
  readonly consumption: number | undefined;
  /** From the connection; negative leaves. Like the next two undefined without such points and while one is silent. */
  readonly grid: number | undefined;
  /** What solar gives. */
  readonly generation: number | undefined;
  /** Positive charges. */
  readonly storage: number | undefined;
  readonly hasGridMeter: boolean;
  /** The meter that tells the consumption alone. */
  readonly onlyMeter: Point | undefined;
  readonly sources: readonly Source[];
  /** Circuits that are in no other circuit, largest first. */
  readonly loads: readonly Load[];
  /** Consumed and measured by no circuit; undefined without a grid meter and while the consumption is not known. */
  readonly untracked: number | undefined;
  readonly outlets: readonly Outlet[];
  /** How much more the circuits take than comes in: a clamp is reversed or a circuit hangs elsewhere. */
  readonly excess: number;
  /** Measured points whose newest value is too old: those of the connection, solar and battery first. */
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
  const part = (members: readonly Point[], change = (watts: number): number => watts): Part => {
    const known = members.flatMap((point) => {
      const watts = fresh(point);
      return watts === undefined ? [] : [{ point, watts: change(watts) }];
    });
    const isWhole = known.length === members.length;
    return { known, isWhole, total: isWhole && known.length > 0 ? sumOf(known) : undefined };
  };
  const grid = part(parts.grid);
  const solar = part(parts.generation, generated);
  const storage = part(parts.storage);
  const loads = [...part(parts.consumers).known].sort((a, b) => b.watts - a.watts);
  const hasGridMeter = parts.grid.length > 0;
  const [meter, ...others] = [...parts.grid, ...parts.generation, ...parts.storage];
  return {
    ...flowsOf({ grid, solar, storage, loads, hasGridMeter }),
    grid: grid.total,
    generation: solar.total,
    storage: storage.total,
    hasGridMeter,
    onlyMeter: hasGridMeter && others.length === 0 ? meter : undefined,
    loads,
    silent,
    at: oldest,
  };
}

/** What the points of one kind say. */
interface Part {
  readonly known: readonly Load[];
  /** Nobody is silent. */
  readonly isWhole: boolean;
  /** Undefined while somebody is silent, and without points. */
  readonly total: number | undefined;
}

interface Parts {
  readonly grid: Part;
  readonly solar: Part;
  readonly storage: Part;
  readonly loads: readonly Load[];
  readonly hasGridMeter: boolean;
}

type Flows = Pick<Balance, "consumption" | "sources" | "untracked" | "outlets" | "excess">;

function flowsOf({ grid, solar, storage, loads, hasGridMeter }: Parts): Flows {
  const tracked = sumOf(loads.map(({ watts }) => ({ watts: Math.max(0, watts) })));
  const sources: Source[] = [
    ...streams("generation", solar),
    ...streams("storage", storage, -1),
    ...streams("grid", grid),
  ];
  const outlets: Outlet[] = [...streams("charging", storage), ...streams("exported", grid, -1)];
  const unknown = { consumption: undefined, untracked: undefined, sources, outlets, excess: 0 };
  const isInnerKnown = solar.isWhole && storage.isWhole;
  const own = (solar.total ?? 0) - (storage.total ?? 0);
  if (!hasGridMeter) {
    const supply: Source = { kind: "supply", watts: Math.max(0, tracked - own) };
    return {
      ...unknown,
      consumption: loads.length === 0 ? undefined : tracked,
      sources: isInnerKnown && supply.watts > 0 ? [...sources, supply] : sources,
    };
  }
  if (grid.total === undefined || !isInnerKnown) return unknown;
  const consumption = grid.total + own;
  return {
    ...unknown,
    consumption,
    untracked: Math.max(0, consumption - tracked),
    excess: Math.max(0, tracked - consumption),
  };
}

/** What flows in one direction: the total of a part, or as much of it as is known, point by point. */
function streams<Kind extends string>(kind: Kind, { known, total }: Part, sign: 1 | -1 = 1): Stream<Kind>[] {
  const all = total === undefined ? known : [{ watts: total }];
  return all.map((each) => ({ ...each, kind, watts: each.watts * sign })).filter(({ watts }) => watts > 0);
}

const sumOf = (parts: readonly { readonly watts: number }[]): number =>
  parts.reduce((sum, { watts }) => sum + watts, 0);

const EXCESS_SHARE = 0.1;
const EXCESS_WATTS = 50;

/** Whether the circuits contradict the connection by more than meters differ. */
export const isUnbalanced = ({ consumption, excess }: Balance): boolean =>
  consumption !== undefined && excess > EXCESS_WATTS && excess > Math.abs(consumption) * EXCESS_SHARE;
