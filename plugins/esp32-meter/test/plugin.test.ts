import { hours, instant, minutes, seconds, VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { ManualTime } from "./support/manual-time.js";
import { BURST, BURST_ROW } from "./support/node-burst.js";
import { RecordingHub } from "./support/recording-hub.js";

type Config = Parameters<RecordingHub["run"]>[0];

async function start(config: Config = {}) {
  const time = new ManualTime();
  return { time, hub: await new RecordingHub(time).run(config) };
}

async function burst(hub: RecordingHub, id = "24A3BC12"): Promise<void> {
  await Promise.all(BURST.map(([name, payload]) => hub.deliver(`enertrack/${id}/${name}`, payload)));
}

describe("EnerTrack nodes", () => {
  it("become pending devices whose burst is one row", async () => {
    const { hub } = await start();
    await burst(hub);
    expect(hub.rowsOf("24A3BC12")).toEqual([BURST_ROW]);
    expect(hub.descriptions.get("24A3BC12")).toEqual({
      hardwareId: "24A3BC12",
      model: "EnerTrack",
      suggestedName: "EnerTrack 24A3BC12",
      channels: [{ key: "main", kind: "meter", metrics: Object.keys(BURST_ROW) }],
    });
    expect(hub.rejected).toEqual([]);
    expect(hub.health).toBe("ok");
  });

  it("get a row for each burst, and each message is written when it comes", async () => {
    const { hub, time } = await start();
    await hub.deliver("enertrack/24A3BC12/tension", "230.5");
    expect(hub.rowsOf("24A3BC12")).toEqual([{ voltage_v: 230.5 }]);
    await time.advance(seconds(2));
    await hub.deliver("enertrack/24A3BC12/corriente", "1.64");
    await time.advance(minutes(2));
    await hub.deliver("enertrack/24A3BC12/tension", "231.0");
    expect(hub.rowsOf("24A3BC12")).toEqual([{ voltage_v: 230.5, current_a: 1.64 }, { voltage_v: 231 }]);
  });

  it("keep the case of their ids", async () => {
    const { hub } = await start();
    await hub.deliver("enertrack/aBc/fp", "1");
    await hub.deliver("enertrack/ABC/fp", "0.5");
    expect([...hub.descriptions.keys()]).toEqual(["aBc", "ABC"]);
  });

  it("are listened to below another base topic", async () => {
    const { hub } = await start({ baseTopic: "casa/medidores" });
    expect(hub.filters).toContain("casa/medidores/#");
    await hub.deliver("casa/medidores/N1/fp", "0.9");
    expect(hub.rowsOf("N1")).toEqual([{ power_factor: 0.9 }]);
  });

  it("are not made by garbage; every refusal is named, and shown on the page of a known node", async () => {
    const { hub } = await start();
    await hub.deliver("enertrack/24A3BC12/tension", "nan");
    await hub.deliver("enertrack/24A3BC12/luz", "3");
    expect(hub.descriptions.size).toBe(0);
    await hub.deliver("enertrack/24A3BC12/tension", "230.5");
    await hub.deliver("enertrack/24A3BC12/tension", "230,5");
    expect(hub.reasons).toEqual([
      "esp32-meter.rejected.not-finite",
      "esp32-meter.rejected.unknown-magnitude",
      "esp32-meter.rejected.comma",
    ]);
    expect(hub.rejected.map(({ device }) => device)).toEqual([undefined, undefined, "esp32-meter:24A3BC12"]);
    expect(hub.counters.get("rejected esp32-meter.rejected.comma")).toBe(1);
  });

  it.each(["refused", "blocked", "inactive"] as const)("that are %s are counted and not stored", async (state) => {
    const { hub } = await start();
    hub.state = state;
    await burst(hub);
    expect(hub.rows.size).toBe(0);
    expect(hub.availability).toEqual([]);
    expect(hub.counters.get(`dropped ${state}`)).toBe(7);
  });

  it("do not lend their retained values to now", async () => {
    const { hub } = await start();
    await hub.deliver("enertrack/24A3BC12/tension", "230.5", { retained: true });
    await hub.deliver("energy/consumption", "3.75", { retained: true });
    expect([hub.rows.size, hub.descriptions.size, hub.rejected.length]).toEqual([0, 0, 0]);
    expect(hub.counters.get("ignored esp32-meter.ignored.retained")).toBe(2);
  });

  it("get no acknowledgement while the store cannot commit, and the repeated message is stored", async () => {
    const { hub, time } = await start();
    hub.storeFails = new VatioError("E_STORE_BUSY", "Later.", { retryable: true });
    const sent = hub.deliver("enertrack/24A3BC12/tension", "230.5", { qos: 1 });
    await expect(sent).rejects.toMatchObject({ code: "E_STORE_BUSY", retryable: true });
    hub.storeFails = undefined;
    await time.advance(seconds(30));
    await hub.deliver("enertrack/24A3BC12/tension", "230.5", { qos: 1 });
    expect(hub.rowsOf("24A3BC12")).toEqual([{ voltage_v: 230.5 }]);
  });

  it("see why the hub refused a row", async () => {
    const { hub } = await start();
    hub.refusedRows = [{ reason: "rejected.rate", rows: 1 }];
    await hub.deliver("enertrack/24A3BC12/tension", "230.5");
    expect(hub.rejected).toMatchObject([{ reason: { key: "rejected.rate" }, device: "esp32-meter:24A3BC12" }]);
  });

  it("that share an id lose nothing", async () => {
    const { hub, time } = await start();
    for (let i = 0; i < 10; i++) {
      await hub.deliver("enertrack/X/tension", String(220 + i));
      if (i % 3 === 0) await time.advance(seconds(1));
    }
    expect(hub.rowsOf("X").map(({ voltage_v }) => voltage_v)).toEqual([
      220, 221, 222, 223, 224, 225, 226, 227, 228, 229,
    ]);
    expect(hub.conflicts).toEqual([]);
  });
});

describe("plain numbers", () => {
  it("are devices of their own, in the unit of the settings", async () => {
    const { hub, time } = await start({
      plainTopics: [
        { topic: "energy/consumption", unit: "kW", metric: "power_w", name: "" },
        { topic: "cuarto/temperatura", unit: "°C", metric: "temperature_c", name: "Cuarto" },
      ],
    });
    await hub.deliver("energy/consumption", "3.75");
    await hub.deliver("energy/consumption", "3.75");
    await time.advance(seconds(1));
    await hub.deliver("energy/consumption", "0.42");
    await hub.deliver("cuarto/temperatura", " 21.5");
    expect(hub.rowsOf("energy/consumption").map(({ power_w }) => power_w)).toEqual([3_750, 3_750, 420]);
    expect(hub.rowsOf("cuarto/temperatura")).toEqual([{ temperature_c: 21.5 }]);
    expect(hub.descriptions.get("energy/consumption")).toMatchObject({
      suggestedName: "energy/consumption",
      channels: [{ kind: "meter" }],
    });
    expect(hub.descriptions.get("cuarto/temperatura")).toMatchObject({
      suggestedName: "Cuarto",
      channels: [{ kind: "sensor" }],
    });
  });

  it("are refused by name", async () => {
    const { hub } = await start();
    await hub.deliver("energy/consumption", '{"current": 3, "power": 700}');
    expect(hub.reasons).toEqual(["esp32-meter.rejected.json"]);
  });

  it("with bad settings do not keep the others from being read", async () => {
    const { hub } = await start({ plainTopics: [{ topic: "a", unit: "kWh", metric: "power_w", name: "" }] });
    expect(hub.health).toMatchObject({ key: "esp32-meter.problem.unit" });
    expect(hub.filters).toEqual(["enertrack/#"]);
    await burst(hub);
    expect(hub.rowsOf("24A3BC12")).toHaveLength(1);
  });

  it("keep their id from nodes", async () => {
    const { hub } = await start({ plainTopics: [{ topic: "N1", unit: "W", metric: "power_w", name: "" }] });
    await hub.deliver("enertrack/N1/fp", "1");
    expect(hub.reasons).toEqual(["esp32-meter.rejected.taken"]);
  });
});

describe("availability", () => {
  const changes = (hub: RecordingHub) =>
    hub.availability.map(({ online, reason }) => (online ? "online" : reason?.replace("esp32-meter.offline.", "")));

  it("goes from active over disconnected to no data, and back with the next message", async () => {
    const { hub, time } = await start();
    await burst(hub);
    await time.advance(minutes(29));
    expect(changes(hub)).toEqual(["online"]);
    await time.advance(minutes(2));
    expect(changes(hub)).toEqual(["online", "disconnected"]);
    await time.advance(hours(24));
    expect(changes(hub)).toEqual(["online", "disconnected", "no-data"]);
    await burst(hub);
    await time.advance(minutes(10));
    expect(changes(hub)).toEqual(["online", "disconnected", "no-data", "online"]);
  });

  it("follows the settings", async () => {
    const { hub, time } = await start({ activeMinutes: 10, noDataHours: 1 });
    await burst(hub);
    await time.advance(minutes(61));
    expect(changes(hub)).toEqual(["online", "disconnected", "no-data"]);
  });

  it("is right after a restart: silence before it counts", async () => {
    const { hub, time } = await start();
    await burst(hub);
    const later = new ManualTime(new Date(time.now() + hours(2)).toISOString());
    await restart(hub, later);
    await later.advance(minutes(4));
    expect(changes(hub)).toEqual(["online"]);
    await later.advance(minutes(2));
    expect(changes(hub)).toEqual(["online", "disconnected"]);
  });

  it("leaves a meter online that reports soon after a restart", async () => {
    const { hub, time } = await start();
    await burst(hub);
    const later = new ManualTime(new Date(time.now() + hours(2)).toISOString());
    await restart(hub, later);
    await later.advance(minutes(2));
    await hub.deliver("enertrack/24A3BC12/fp", "1", { at: later.now() });
    await later.advance(minutes(20));
    expect(changes(hub)).toEqual(["online", "online"]);
  });

  it("does not come back for a message that waited in the inbox", async () => {
    const { hub, time } = await start();
    await burst(hub);
    await time.advance(hours(1));
    await hub.deliver("enertrack/24A3BC12/fp", "1", { at: instant(time.now() - minutes(40)) });
    expect(changes(hub)).toEqual(["online", "disconnected"]);
  });

  it("is not fooled by a clock that was set back", async () => {
    const { hub, time } = await start();
    await burst(hub);
    await time.advance(minutes(6));
    time.jump(-hours(5) as never);
    await time.advance(hours(6));
    expect(changes(hub)).toEqual(["online", "disconnected"]);
  });

  it("does not speak of devices that are blocked", async () => {
    const { hub, time } = await start();
    await burst(hub);
    hub.state = "blocked";
    await hub.deliver("enertrack/24A3BC12/fp", "1");
    await time.advance(hours(30));
    expect(changes(hub)).toEqual(["online"]);
  });
});

/** Lets the plugin start again on another time, with what the hub knows. */
async function restart(hub: RecordingHub, time: ManualTime): Promise<void> {
  hub.time = time;
  await hub.run();
}
