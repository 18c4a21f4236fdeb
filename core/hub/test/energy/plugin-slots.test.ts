import { type Instant, type PluginId, type PointId, row } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import type { EnergyService } from "../../src/energy/index.js";
import reader from "../plugins/programs/slots-plugin.js";
import { admin, guest, makeHarness, sourceOf } from "../plugins/support/harness.js";

const entry = new URL("../plugins/programs/slots-plugin.ts", import.meta.url).href;

describe.each(["inline", "worker"] as const)("slots in a plugin that runs %s", { timeout: 30_000 }, (isolation) => {
  it("are read as far as the plugin and its caller may", async () => {
    await using harness = await makeHarness([sourceOf(reader, { entry })], {
      config: { forceWorker: isolation === "worker" ? ["reader"] : [] },
    });
    const { services } = harness;
    const energy = services.energy as EnergyService;
    const site = await services.sites.create({
      ...{
        name: "Home",
        zone: "UTC",
        currency: "EUR",
        language: "en",
        region: "en-GB",
        nominalVoltage: 230,
        phases: 1,
      },
    });
    const { channels } = await services.devices.announce("meter" as PluginId, {
      ...{ hardwareId: "a1", channels: [{ key: "main", kind: "meter", metrics: ["energy_import_wh"] }] },
    });
    const point = await services.points.create({ site: site.id, name: "Main", role: "grid" });
    const channel = channels.main as never;
    await services.points.assign(point.id, channel, 0 as Instant);
    energy.start();
    const at = services.clock.now() - 7_200_000;
    const first = Math.ceil(at / 900_000) * 900_000;
    await services.telemetry.write(
      Array.from({ length: 6 }, (_, i) => row(channel, (first + i * 900_000) as Instant, { energy_import_wh: 10 * i })),
    );
    await energy.settle();
    const question = {
      point: point.id,
      range: { from: first, to: first + 1_800_000 },
      day: new Date(first).toISOString().slice(0, 10),
    };
    const ask = (actor: typeof admin, of: PointId = point.id) =>
      services.commands.call(actor, "reader.do" as never, { ...question, point: of } as never) as Promise<unknown>;
    const slot = { point: point.id, importWh: 10, exportWh: Number.NaN, coverage: 1, quality: 1 };
    await expect(ask(admin)).resolves.toEqual({
      slots: [
        { ...slot, slot: first / 900_000 },
        { ...slot, slot: first / 900_000 + 1 },
      ],
      days: [expect.objectContaining({ day: question.day, importWh: expect.any(Number) })],
      asCaller: 2,
    });
    await expect(ask(admin, "none" as PointId)).resolves.toEqual({ asCaller: "E_POINT_UNKNOWN" });
    await expect(ask(guest, "secret" as PointId)).resolves.toEqual({ asCaller: "E_PERMISSION" });
    await energy.stop();
  });
});
