import { minutes } from "@vatio/plugin-api";
import { describe, expect, it, vi } from "vitest";
import { counterReset, createEnertrackNode, createNumberSensor, duplicateFrames, offline } from "../simulator/index.js";
import { type Received, startBroker } from "./support/broker.js";
import { ManualTime } from "./support/manual-time.js";
import { RecordingHub } from "./support/recording-hub.js";

const words = ({ topic, payload }: Received): string => `${topic} ${new TextDecoder().decode(payload)}`;

/** A node at 600 W, and the plugin behind a real broker. */
async function home(qos: 0 | 1 = 1) {
  const time = new ManualTime();
  const begin = time.now();
  const hub = await new RecordingHub(time).run();
  const received: Received[] = [];
  const deliveries: Promise<void>[] = [];
  const broker = await startBroker((message) => {
    received.push(message);
    deliveries.push(hub.deliver(message.topic, message.payload, { qos: message.qos }));
  });
  const importWh = () => 148_000 + (600 * (time.now() - begin)) / 3_600_000;
  const node = createEnertrackNode({
    url: broker.url,
    id: "24A3BC12",
    qos,
    clock: time,
    scheduler: time,
    read: () => ({ volts: 230.04, amps: 2.6087, powerFactor: 1, hertz: 50, watts: 600, importWh: importWh() }),
  });
  await node.start();
  return {
    time,
    hub,
    broker,
    node,
    received,
    async [Symbol.asyncDispose]() {
      await node.stop();
      await Promise.all(deliveries);
      await broker[Symbol.asyncDispose]();
    },
  };
}

describe("simulated EnerTrack node", () => {
  it("publishes the firmware's burst of seven every two minutes", async () => {
    await using running = await home();
    await running.time.advance(minutes(4));
    expect(running.received.slice(7).map(words)).toEqual([
      "enertrack/24A3BC12/tension 230.0",
      "enertrack/24A3BC12/corriente 2.61",
      "enertrack/24A3BC12/fp 1.00",
      "enertrack/24A3BC12/frecuencia 50.00",
      "enertrack/24A3BC12/potencia_prom 600.0",
      "enertrack/24A3BC12/consumo 0.0200",
      "enertrack/24A3BC12/energy_raw 148.040",
    ]);
    expect(running.broker.clients).toEqual(["24A3BC12"]);
    expect(running.hub.rowsOf("24A3BC12")).toHaveLength(2);
    expect(running.hub.rowsOf("24A3BC12")[1]).toMatchObject({ energy_import_wh: 148_040, energy_delta_wh: 20 });
  });

  it("publishes with QoS 0 like the firmware when nothing else is said", async () => {
    await using running = await home(0);
    await running.node.report();
    await vi.waitFor(() => expect(running.received.map(({ qos }) => qos)).toEqual([0, 0, 0, 0, 0, 0, 0]));
  });

  it("sends frames twice, which changes nothing in the store at QoS 0, as nodes send", async () => {
    await using running = await home(0);
    await running.node.behave(duplicateFrames());
    await running.time.advance(minutes(2));
    await vi.waitFor(() => expect(running.received).toHaveLength(14));
    await vi.waitFor(() => expect(Object.keys(running.hub.rowsOf("24A3BC12")[0] ?? {})).toHaveLength(7));
    expect(running.hub.rowsOf("24A3BC12")).toHaveLength(1);
    expect(running.hub.conflicts).toEqual([]);
  });

  it("sends frames twice at QoS 1, and each that was acknowledged is stored", async () => {
    await using running = await home(1);
    await running.node.behave(duplicateFrames());
    await running.time.advance(minutes(2));
    const rows = running.hub.rowsOf("24A3BC12");
    expect(rows.flatMap((row) => Object.keys(row))).toHaveLength(14);
    expect(running.hub.conflicts).toEqual([]);
  });

  it("is gone while offline, comes back, and its register has counted on", async () => {
    await using running = await home();
    const away = await running.node.behave(offline());
    await running.time.advance(minutes(10));
    expect(running.received).toEqual([]);
    away[Symbol.dispose]();
    await vi.waitFor(() => expect(running.node.link.connected).toBe(true));
    await running.time.advance(minutes(2));
    expect(running.hub.rowsOf("24A3BC12")).toMatchObject([{ energy_import_wh: 148_120, energy_delta_wh: 20 }]);
  });

  it("restarts its register at zero, with other behaviors in force", async () => {
    await using running = await home();
    await running.time.advance(minutes(2));
    await running.node.behave(duplicateFrames());
    await running.node.behave(counterReset());
    await running.time.advance(minutes(2));
    const stored = (metric: "energy_import_wh" | "energy_delta_wh") =>
      new Set(running.hub.rowsOf("24A3BC12").flatMap((row) => row[metric] ?? []));
    expect([...stored("energy_import_wh")]).toEqual([148_020, 20]);
    expect([...stored("energy_delta_wh")]).toEqual([0, 20]);
  });
});

describe("simulated sensor of one number", () => {
  it("publishes kW that become W", async () => {
    await using running = await home();
    const { time, broker } = running;
    const sensor = createNumberSensor({ url: broker.url, qos: 1, clock: time, scheduler: time, read: () => 3.75 });
    await sensor.start();
    await sensor.report();
    await sensor.stop();
    expect(running.received.map(words)).toEqual(["energy/consumption 3.750"]);
    expect(running.hub.rowsOf("energy/consumption")).toEqual([{ power_w: 3_750 }]);
  });
});
