import type { ChannelId, Instant, PointId, SiteId } from "@vatio/model";

/** A place with a zone and a currency. */
export interface Site {
  readonly id: SiteId;
  readonly name: string;
  /** IANA zone. */
  readonly zone: string;
  /** ISO 4217 code. */
  readonly currency: string;
  readonly language: "es" | "en";
  /** BCP 47 tag that decides how numbers and dates are written. */
  readonly region: string;
  /** Line to neutral, in volts. */
  readonly nominalVoltage: number;
  readonly phases: 1 | 3;
}

/** What a point stands for in the balance of a site. */
export type PointRole = "grid" | "generation" | "storage" | "circuit" | "load" | "motor";

/** What people name: "Kitchen circuit". */
export interface Point {
  readonly id: PointId;
  readonly site: SiteId;
  readonly name: string;
  readonly role: PointRole;
  /** The point whose consumption includes this one's. */
  readonly parent?: PointId;
  readonly location?: string;
  /** Name of an icon of the interface. */
  readonly icon?: string;
  /** Most that the circuit can carry, in watts. */
  readonly powerCeiling?: number;
  /** The page asks before it is switched off. */
  readonly protected: boolean;
  /** Position of its colour in the palette of devices, for life. */
  readonly color: number;
}

/** From `from` until `to` (open when absent) the channel measured the point. */
export interface Assignment {
  readonly point: PointId;
  readonly channel: ChannelId;
  readonly from: Instant;
  readonly to?: Instant;
}

/** Sites that the actor may read. */
export interface Sites {
  list(): Promise<readonly Site[]>;
  get(id: SiteId): Promise<Site | undefined>;
}

/** Points that the actor may read. */
export interface Points {
  list(): Promise<readonly Point[]>;
  get(id: PointId): Promise<Point | undefined>;
  assignments(id: PointId): Promise<readonly Assignment[]>;
}
