import type { components } from "./api-types.js";

// The shapes of the HTTP API and the live stream, read-only, under the names that the interface uses. They are
// generated from the routes of the hub. Instants are milliseconds since the Unix epoch, UTC.

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
type Shape<Name extends keyof components["schemas"]> = DeepReadonly<components["schemas"][Name]>;

export type AcceptDevice = Shape<"AcceptBody">;
export type ApiToken = Shape<"Token">;
export type TokenScope = ApiToken["scope"];
export type Channel = Shape<"Channel">;
export type Counter = Shape<"Counter">;
export type Credential = Shape<"Credential">;
export type Device = Shape<"Device">;
export type DeviceSetup = Shape<"DeviceSetup">;
export type Health = Shape<"Health">;
export type InboxMessage = Shape<"InboxMessage">;
export type LastValues = Shape<"Last">;
export type LiveClientFrame = Shape<"LiveClientFrame">;
export type LiveServerFrame = Shape<"LiveServerFrame">;
export type LogLevel = Shape<"LogLevel">;
export type LogLine = Shape<"LogLine">;
export type Metric = Shape<"Metric">;
export type Plugin = Shape<"Plugin">;
export type PluginState = Shape<"PluginState">;
export type Point = Shape<"Point">;
export type PointChange = Shape<"PointBody">;
export type PointRole = Shape<"PointRole">;
export type RawMessage = Shape<"RawMessage">;
export type Refusal = Shape<"Refusal">;
export type Role = Shape<"Role">;
export type Series = Shape<"Series">;
export type Session = Shape<"Session">;
export type SetupAnswers = Shape<"SetupBody">;
export type SetupState = Shape<"SetupState">;
export type Site = Shape<"Site">;
export type SiteChange = Shape<"SiteBody">;
export type System = Shape<"System">;
export type Usage = Shape<"Usage">;
export type User = Shape<"User">;

export type Theme = User["theme"];
export type Phase = NonNullable<Point["phase"]>;
export type EnergyBucket = Usage["bucket"];
export type PointUsage = Usage["points"][number];
export type PluginUi = NonNullable<Plugin["ui"]>;
export type SeriesMetric = Series["metrics"][number];
/** One value for each bucket; null where it holds none. */
export type Column = readonly (number | null)[];
/** A value with its instant. */
export type Reading = LastValues[string][string];
/** An event of the hub as the live stream carries it. */
export type HubEvent = Extract<LiveServerFrame, { type: "event" }>["event"];
/** Readings of one point or channel as columns. */
export type ReadingsFrame = Extract<LiveServerFrame, { type: "readings" }>;
