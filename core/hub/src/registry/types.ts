import type {
  AnnouncedDevice,
  Assignment,
  ChannelDescription,
  ChannelId,
  DeviceDescription,
  DeviceId,
  DeviceState,
  Instant,
  MqttMessage,
  PluginId,
  Point,
  PointId,
  Site,
  SiteId,
  Text,
} from "@vatio/plugin-api";

/** A channel of a known device. */
export interface ChannelRecord extends ChannelDescription {
  readonly id: ChannelId;
  readonly device: DeviceId;
  /** Point that it measures now. */
  readonly point?: PointId;
}

/** A known device. */
export interface DeviceRecord {
  readonly id: DeviceId;
  readonly driver: PluginId;
  readonly hardwareId: string;
  readonly name: string;
  readonly model?: string;
  readonly firmware?: string;
  readonly address?: string;
  readonly state: Exclude<DeviceState, "refused">;
  readonly online: boolean;
  readonly offlineReason?: Text;
  readonly addedAt: Instant;
  readonly seenAt: Instant;
  readonly channels: readonly ChannelRecord[];
}

/** A payload as it came, for the device page; `rejected` says why it was not used. */
export interface RawMessage {
  readonly at: Instant;
  readonly topic: string;
  /** Text of the payload, or hex where it is not text; cut at 2,000 characters. */
  readonly payload: string;
  readonly bytes: number;
  readonly rejected?: Text;
}

/** How a person accepts a channel. */
export interface AcceptedChannel {
  readonly key: string;
  readonly name: string;
  readonly role: Point["role"];
  readonly parent?: PointId;
}

/** How a person accepts a device. */
export interface AcceptDevice {
  readonly name: string;
  readonly site?: SiteId;
  /**
   * While the device waits, every metered channel gets a point, and those not named here get one after the device. Once it is accepted,
   * only those named here do, which is how channels that it showed later are taken; all that have none when this is left out.
   */
  readonly channels?: readonly AcceptedChannel[];
}

/** Devices and their channels. Kept in memory, written through to `state.duckdb`. */
export interface DeviceRegistry {
  /** @throws E_DEVICE_INVALID */
  announce(driver: PluginId, description: DeviceDescription): Promise<AnnouncedDevice>;
  available(driver: PluginId, device: DeviceId, online: boolean, reason?: Text): void;
  rejected(driver: PluginId, message: MqttMessage, reason: Text, device?: DeviceId): void;
  /** Notes a message as belonging to a device: it is among the raw messages of its page, and the device counts as seen. */
  observed(device: DeviceId, message: MqttMessage): void;
  list(): readonly DeviceRecord[];
  get(id: DeviceId): DeviceRecord | undefined;
  /** Its state alone, which is asked for with every batch. */
  stateOf(id: DeviceId): DeviceRecord["state"] | undefined;
  channel(id: ChannelId): ChannelRecord | undefined;
  rawMessages(id: DeviceId): readonly RawMessage[];
  /** Accepts a device, or the channels that an accepted one showed later: these have no point before. */
  accept(id: DeviceId, how: AcceptDevice): Promise<DeviceRecord>;
  reject(id: DeviceId): Promise<void>;
  block(id: DeviceId): Promise<void>;
  rename(id: DeviceId, name: string): Promise<DeviceRecord>;
  remove(id: DeviceId): Promise<void>;
}

/** What may be changed of a point. */
export type PointChange = Partial<Omit<Point, "id" | "site">>;

/** Points and the dated assignments of channels. */
export interface PointRegistry {
  list(): readonly Point[];
  get(id: PointId): Point | undefined;
  create(
    point: Omit<Point, "id" | "color" | "protected"> & Partial<Pick<Point, "color" | "protected">>,
  ): Promise<Point>;
  update(id: PointId, change: PointChange): Promise<Point>;
  /**
   * Takes a point away: nothing measures it or is switched through it any more, and what lay below it moves up. The readings stay with
   * their channel, whose next point has them again.
   * @throws E_POINT_UNKNOWN
   */
  remove(id: PointId): Promise<void>;
  assign(point: PointId, channel: ChannelId, from: Instant): Promise<void>;
  /** These channels measure nothing any more; their history stays with the points. */
  endAssignments(channels: readonly ChannelId[], at: Instant): Promise<void>;
  assignmentsOf(point: PointId): readonly Assignment[];
  /** From when on nobody else has a claim to a channel's readings: its beginning, or the end of its last assignment. */
  freeSince(channel: ChannelId): Instant;
  /** Channel that measures a point now. */
  channelOf(point: PointId): ChannelId | undefined;
  /** Point that a channel measures now. */
  pointOf(channel: ChannelId): PointId | undefined;
}

/** Sites. */
export interface SiteRegistry {
  list(): readonly Site[];
  get(id: SiteId): Site | undefined;
  /** Where a device goes when nobody says otherwise. */
  first(): Site | undefined;
  create(site: Omit<Site, "id">): Promise<Site>;
  update(id: SiteId, change: Partial<Omit<Site, "id">>): Promise<Site>;
}
