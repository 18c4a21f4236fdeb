import {
  type Assignment,
  type ChannelId,
  type Instant,
  type Point,
  type PointId,
  type SiteId,
  VatioError,
} from "@vatio/plugin-api";
import { SerialQueue } from "../store/serial-queue.js";
import type { Sql } from "../store/types.js";
import { freeColor } from "./free-color.js";
import type { PlacesOptions } from "./sites.js";
import type { PointChange, PointRegistry } from "./types.js";

interface PointRow {
  id: string;
  site: string;
  name: string;
  role: Point["role"];
  parent: string | null;
  location: string | null;
  icon: string | null;
  power_ceiling: number | null;
  protected: boolean;
  color: number;
  details: string;
}

interface AssignmentRow {
  point: string;
  channel: string;
  from_at: number;
  to_at: number | null;
}

const pointOf = (row: PointRow): Point => ({
  id: row.id as PointId,
  site: row.site as SiteId,
  name: row.name,
  role: row.role,
  protected: row.protected,
  color: row.color,
  ...(row.parent === null ? {} : { parent: row.parent as PointId }),
  ...(row.location === null ? {} : { location: row.location }),
  ...(row.icon === null ? {} : { icon: row.icon }),
  ...(row.power_ceiling === null ? {} : { powerCeiling: row.power_ceiling }),
});

/** A removed point stays in the table, so that old assignments go on meaning something. */
const isRemoved = ({ details }: PointRow): boolean => "removedAt" in (JSON.parse(details) as object);

const assignmentOf = (row: AssignmentRow): Assignment => ({
  point: row.point as PointId,
  channel: row.channel as ChannelId,
  from: row.from_at as Instant,
  ...(row.to_at === null ? {} : { to: row.to_at as Instant }),
});

const unknownPoint = (id: PointId): VatioError =>
  new VatioError("E_POINT_UNKNOWN", "There is no such point.", { details: { id } });
const invalid = (message: string): VatioError => new VatioError("E_POINT_INVALID", message);

/** A change in which an undefined property takes the value away. */
function applied(point: Point, change: PointChange): Point {
  const merged = Object.entries({ ...point, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(merged) as unknown as Point;
}

/** Points and the dated assignments of channels, in memory and in the state database. */
export async function createPointRegistry(options: PlacesOptions): Promise<PointRegistry> {
  const [points, assignments] = await Promise.all([
    options.database.all<PointRow>("SELECT * FROM points ORDER BY created_at, id"),
    options.database.all<AssignmentRow>("SELECT * FROM assignments ORDER BY from_at"),
  ]);
  return new StoredPoints(options, points.filter((row) => !isRemoved(row)).map(pointOf), assignments.map(assignmentOf));
}

class StoredPoints implements PointRegistry {
  readonly #options: PlacesOptions;
  readonly #points: Map<PointId, Point>;
  readonly #assignments: Assignment[];
  // Changes run one after the other: each begins with what the one before left.
  readonly #changes = new SerialQueue();

  constructor(options: PlacesOptions, points: readonly Point[], assignments: readonly Assignment[]) {
    this.#options = options;
    this.#points = new Map(points.map((point) => [point.id, point]));
    this.#assignments = [...assignments];
  }

  list(): readonly Point[] {
    return [...this.#points.values()];
  }

  get(id: PointId): Point | undefined {
    return this.#points.get(id);
  }

  create(wanted: Parameters<PointRegistry["create"]>[0]): Promise<Point> {
    return this.#changes.run(() => this.#create(wanted));
  }

  update(id: PointId, change: PointChange): Promise<Point> {
    return this.#changes.run(() => this.#update(id, change));
  }

  remove(id: PointId): Promise<void> {
    return this.#changes.run(() => this.#remove(id));
  }

  assign(point: PointId, channel: ChannelId, from: Instant): Promise<void> {
    return this.#changes.run(() => this.#assign(point, channel, from));
  }

  endAssignments(channels: readonly ChannelId[], at: Instant): Promise<void> {
    return this.#changes.run(() => this.#endAssignments(channels, at));
  }

  assignmentsOf(point: PointId): readonly Assignment[] {
    return this.#assignments.filter((entry) => entry.point === point);
  }

  freeSince(channel: ChannelId): Instant {
    const ends = this.#assignments
      .filter((entry) => entry.channel === channel && this.#points.has(entry.point))
      .map(({ to }) => to ?? this.#options.clock.now());
    return Math.max(0, ...ends) as Instant;
  }

  channelOf(point: PointId): ChannelId | undefined {
    return this.#assignments.find((entry) => entry.point === point && entry.to === undefined)?.channel;
  }

  pointOf(channel: ChannelId): PointId | undefined {
    return this.#assignments.find((entry) => entry.channel === channel && entry.to === undefined)?.point;
  }

  async #create(wanted: Parameters<PointRegistry["create"]>[0]): Promise<Point> {
    const { clock, database, newId } = this.#options;
    const color = wanted.color ?? freeColor(this.list().map((point) => point.color));
    const point: Point = { protected: false, ...wanted, color, id: newId() as PointId };
    this.#requireParent(point);
    await database.run(
      `INSERT INTO points (id, site, name, role, parent, location, icon, power_ceiling, protected, color, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [point.id, point.site, ...columns(point), clock.now()],
    );
    this.#changed(point);
    return point;
  }

  async #update(id: PointId, change: PointChange): Promise<Point> {
    const known = this.#points.get(id);
    if (!known) throw unknownPoint(id);
    const point = applied(known, change);
    this.#requireParent(point);
    await this.#options.database.run(
      "UPDATE points SET name = ?, role = ?, parent = ?, location = ?, icon = ?, power_ceiling = ?, protected = ?, color = ? WHERE id = ?",
      [...columns(point), id],
    );
    this.#changed(point);
    return point;
  }

  async #remove(id: PointId): Promise<void> {
    const { clock, database } = this.#options;
    const point = this.#points.get(id);
    if (!point) throw unknownPoint(id);
    const now = clock.now();
    await database.transaction(async (sql) => {
      await sql.run("UPDATE assignments SET to_at = ? WHERE point = ? AND to_at IS NULL", [now, id]);
      await sql.run("UPDATE points SET parent = ? WHERE parent = ?", [point.parent ?? null, id]);
      await sql.run("UPDATE points SET details = ? WHERE id = ?", [JSON.stringify({ removedAt: now }), id]);
    });
    this.#points.delete(id);
    this.#replaceOpen((entry) => entry.point === id, now);
    for (const below of this.list()) {
      if (below.parent === id) this.#changed(applied(below, { parent: point.parent } as PointChange));
    }
    this.#options.publish("point.changed", { point: id });
  }

  async #assign(point: PointId, channel: ChannelId, from: Instant): Promise<void> {
    if (!this.#points.has(point)) throw unknownPoint(point);
    const last = this.#assignments.filter((entry) => entry.point === point || entry.channel === channel);
    if (last.some((entry) => entry.to === undefined && entry.from > from))
      throw invalid("The new assignment would begin before the present one. Choose a later date.");
    await this.#options.database.transaction(async (sql) => {
      await this.#close(sql, point, channel, from);
      await sql.run("INSERT INTO assignments (point, channel, from_at) VALUES (?, ?, ?)", [point, channel, from]);
    });
    this.#replaceOpen((entry) => entry.point === point || entry.channel === channel, from);
    this.#assignments.push({ point, channel, from });
    this.#options.publish("point.changed", { point });
  }

  async #endAssignments(channels: readonly ChannelId[], at: Instant): Promise<void> {
    const ended = this.#assignments.filter((entry) => entry.to === undefined && channels.includes(entry.channel));
    for (const { channel, point } of ended) {
      await this.#options.database.run("UPDATE assignments SET to_at = ? WHERE channel = ? AND to_at IS NULL", [
        at,
        channel,
      ]);
      this.#replaceOpen((entry) => entry.channel === channel, at);
      this.#options.publish("point.changed", { point });
    }
  }

  #close(sql: Sql, point: PointId, channel: ChannelId, at: Instant): Promise<void> {
    return sql.run("UPDATE assignments SET to_at = ? WHERE (point = ? OR channel = ?) AND to_at IS NULL", [
      at,
      point,
      channel,
    ]);
  }

  #replaceOpen(concerns: (entry: Assignment) => boolean, to: Instant): void {
    for (const [index, entry] of this.#assignments.entries()) {
      if (entry.to === undefined && concerns(entry)) this.#assignments[index] = { ...entry, to };
    }
  }

  #changed(point: Point): void {
    this.#points.set(point.id, point);
    this.#options.publish("point.changed", { point: point.id });
  }

  /** The tree has no circle, and a branch stays within its site. */
  #requireParent(point: Point): void {
    for (let above = point.parent, depth = 0; above !== undefined; depth++) {
      const parent = this.#points.get(above);
      if (!parent) throw invalid("The point above does not exist.");
      if (parent.id === point.id || depth > 32) throw invalid("A point cannot lie below itself.");
      if (parent.site !== point.site) throw invalid("The point above belongs to another site.");
      above = parent.parent;
    }
  }
}

const columns = (point: Point) =>
  [
    point.name,
    point.role,
    point.parent ?? null,
    point.location ?? null,
    point.icon ?? null,
    point.powerCeiling ?? null,
    point.protected,
    point.color,
  ] as const;
