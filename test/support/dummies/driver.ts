import {
  type AnnouncedDevice,
  type Batch,
  type ChannelId,
  type DeviceDescription,
  definePlugin,
  type MqttMessage,
  minutes,
  type PluginContext,
  type Range,
  row,
  SHARED_COMMANDS,
  type Static,
  seconds,
  Type,
  text,
  VatioError,
} from "@vatio/plugin-api";

const config = Type.Object({
  prefix: Type.String({ default: "dummy", title: "Topic prefix" }),
  silentAfterMinutes: Type.Integer({ default: 30, minimum: 1, "x-unit": "min" }),
  password: Type.Optional(Type.String({ "x-secret": true })),
});

const reading = Type.Object({ watts: Type.Number(), wattHours: Type.Optional(Type.Number()) });

type Context = PluginContext<Static<typeof config>>;

/** A driver: MQTT in, telemetry out, a switch, availability, history. */
export const dummyDriver = definePlugin({
  manifest: {
    id: "dummy-driver",
    name: "Dummy driver",
    version: "1.0.0",
    hub: "^0.1",
    config,
    configVersion: 2,
    permissions: [
      "mqtt.subscribe:dummy/#",
      "mqtt.publish:dummy/+/set",
      "telemetry.write",
      "net.lan",
      "secrets:password",
    ],
    metrics: { dummy_flow_lpm: { unit: "l/min", kind: "gauge", min: 0, max: 1e4, decimals: 1 } },
    mqtt: { deviceTopics: { publish: ["dummy/{device}/#"], subscribe: ["dummy/{device}/set"] } },
    deviceSetup: [{ title: text("dummy-driver.family"), steps: [text("dummy-driver.step")], prefix: "dummy" }],
    messages: {
      en: {
        "dummy-driver.family": "Dummy",
        "dummy-driver.step": "Type the prefix",
        "dummy-driver.bad": "Not a reading",
      },
      es: {
        "dummy-driver.family": "Dummy",
        "dummy-driver.step": "Escribe el prefijo",
        "dummy-driver.bad": "No es una lectura",
      },
    },
  },

  setup(ctx) {
    ctx.mqtt.subscribe(`${ctx.config.prefix}/+/reading`, (message) => onReading(ctx, message));
    ctx.commands.handle("switch.set", async ({ channel, to, forMs }, call) => {
      await ctx.mqtt.publish(`${ctx.config.prefix}/${hardwareIdOf(channel)}/set`, to, { qos: 1 });
      if (forMs !== undefined) ctx.scheduler.after(forMs, () => ctx.log.debug("Back again", { channel }));
      if (call.signal.aborted) throw new VatioError("E_ABORTED", "The caller gave up.");
      return { wasOn: null, on: to === "on" };
    });
    ctx.devices.provideHistory((channel, range, signal) => history(ctx, channel, range, signal));
    ctx.scheduler.every(minutes(1), (signal) => checkSilence(ctx, signal), { timeout: seconds(20) });
    ctx.net.browse("_dummy._tcp", (service) => ctx.log.info("Found", { host: service.host, port: service.port }));
    ctx.defer(() => ctx.log.info("Bye"));
  },

  migrateConfig(old, fromVersion) {
    return fromVersion === 1 ? { prefix: (old as { topic?: string }).topic ?? "dummy" } : old;
  },
});

function parse(message: MqttMessage): Static<typeof reading> | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(message.payload)) as Partial<Static<typeof reading>>;
    return typeof value.watts === "number" ? { watts: value.watts } : undefined;
  } catch {
    return undefined;
  }
}

async function onReading(ctx: Context, message: MqttMessage): Promise<void> {
  const decoded = parse(message);
  if (!decoded) return ctx.devices.rejected(message, text("dummy-driver.bad"));
  const { id, state, channels } = await announce(ctx, message.topic.split("/")[1] ?? "");
  const main = channels.main;
  if (state === "blocked" || state === "refused" || main === undefined) return;
  ctx.devices.available(id, true);
  const written = await ctx.telemetry.write(row(main, message.at, { power_w: decoded.watts }));
  for (const { reason, rows } of written.rejected) ctx.counters.add("rows", reason, rows);
}

function announce(ctx: Context, hardwareId: string): Promise<AnnouncedDevice> {
  const description: DeviceDescription = {
    hardwareId,
    channels: [{ key: "main", kind: "switch", metrics: ["power_w", "switch_on"], switchable: true }],
  };
  return ctx.devices.announce(description);
}

async function* history(ctx: Context, channel: ChannelId, range: Range, signal: AbortSignal): AsyncGenerator<Batch> {
  const answer = await ctx.net.fetch(`http://${hardwareIdOf(channel)}.local/history?from=${range.from}`, { signal });
  const rows = (await answer.json()) as readonly [number, number][];
  yield {
    channel,
    origin: "replay",
    at: Float64Array.from(rows, ([at]) => at),
    columns: { power_w: Float64Array.from(rows, ([, watts]) => watts) },
  };
}

async function checkSilence(ctx: Context, signal: AbortSignal): Promise<void> {
  const silent = minutes(ctx.config.silentAfterMinutes);
  for (const device of await ctx.devices.list()) {
    if (signal.aborted) return;
    const last = await ctx.telemetry.last(device.channels.main as ChannelId);
    const seen = last.power_w?.at;
    if (seen !== undefined && ctx.clock.now() - seen > silent) ctx.devices.available(device.id, false);
  }
}

const hardwareIdOf = (channel: ChannelId): string => channel.slice(channel.indexOf(":") + 1, channel.indexOf("/"));

/** The schema of the shared command is a value: a driver can reuse it. */
export const switchSchema = SHARED_COMMANDS["switch.set"];
