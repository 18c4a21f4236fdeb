import type { ChannelDescription, ChannelId, ChannelKind, DeviceId, Instant, PluginId } from "@vatio/plugin-api";
import type { Sql, StateDatabase } from "../store/types.js";
import type { DeviceRecord } from "./types.js";

/** A device as it is stored; what only the present knows (online, points) is added when it is shown. */
export interface StoredDevice {
  readonly id: DeviceId;
  readonly driver: PluginId;
  readonly hardwareId: string;
  readonly name: string;
  readonly model?: string;
  readonly firmware?: string;
  readonly address?: string;
  readonly state: DeviceRecord["state"];
  readonly addedAt: Instant;
  readonly channels: readonly StoredChannel[];
}

/** A channel as it is stored. */
export interface StoredChannel extends ChannelDescription {
  readonly id: ChannelId;
}

interface DeviceRow {
  id: string;
  driver: string;
  hardware_id: string;
  name: string;
  model: string | null;
  firmware: string | null;
  address: string | null;
  state: StoredDevice["state"];
  added_at: number;
  seen_at: number;
}

interface ChannelRow {
  id: string;
  device: string;
  key: string;
  kind: ChannelKind;
  metrics: string;
  switchable: boolean;
  phase: 1 | 2 | 3 | null;
}

const channelOf = (row: ChannelRow): StoredChannel => ({
  id: row.id as ChannelId,
  key: row.key,
  kind: row.kind,
  metrics: JSON.parse(row.metrics) as string[],
  switchable: row.switchable,
  ...(row.phase === null ? {} : { phase: row.phase }),
});

const deviceOf = (row: DeviceRow, channels: readonly ChannelRow[]): StoredDevice => ({
  id: row.id as DeviceId,
  driver: row.driver as PluginId,
  hardwareId: row.hardware_id,
  name: row.name,
  state: row.state,
  addedAt: row.added_at as Instant,
  channels: channels.filter((channel) => channel.device === row.id).map(channelOf),
  ...(row.model === null ? {} : { model: row.model }),
  ...(row.firmware === null ? {} : { firmware: row.firmware }),
  ...(row.address === null ? {} : { address: row.address }),
});

/** Every stored device, with the instant at which it was seen last. */
export async function loadDevices(database: StateDatabase): Promise<{ device: StoredDevice; seenAt: Instant }[]> {
  const [devices, channels] = await Promise.all([
    database.all<DeviceRow>("SELECT * FROM devices ORDER BY added_at, id"),
    database.all<ChannelRow>("SELECT * FROM channels ORDER BY device, position"),
  ]);
  return devices.map((row) => ({ device: deviceOf(row, channels), seenAt: row.seen_at as Instant }));
}

async function saveChannels(sql: Sql, device: StoredDevice): Promise<void> {
  for (const [position, channel] of device.channels.entries()) {
    await sql.run(
      `INSERT INTO channels (id, device, key, kind, metrics, switchable, phase, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, metrics = excluded.metrics, switchable = excluded.switchable,
          phase = excluded.phase, position = excluded.position`,
      [
        channel.id,
        device.id,
        channel.key,
        channel.kind,
        JSON.stringify(channel.metrics),
        channel.switchable ?? false,
        channel.phase ?? null,
        position,
      ],
    );
  }
}

/** Writes a device with its channels, all or nothing. */
export function saveDevice(database: StateDatabase, device: StoredDevice, seenAt: Instant): Promise<void> {
  const { address, firmware, model } = device;
  return database.transaction(async (sql) => {
    await sql.run(
      `INSERT INTO devices (id, driver, hardware_id, name, model, firmware, address, state, added_at, seen_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, model = excluded.model, firmware = excluded.firmware,
          address = excluded.address, state = excluded.state, seen_at = excluded.seen_at`,
      [
        device.id,
        device.driver,
        device.hardwareId,
        device.name,
        model ?? null,
        firmware ?? null,
        address ?? null,
        device.state,
        device.addedAt,
        seenAt,
      ],
    );
    await saveChannels(sql, device);
  });
}

/** Takes a device and its channels away; readings stay. */
export function deleteDevice(database: StateDatabase, id: DeviceId): Promise<void> {
  return database.transaction(async (sql) => {
    await sql.run("DELETE FROM channels WHERE device = ?", [id]);
    await sql.run("DELETE FROM devices WHERE id = ?", [id]);
  });
}
