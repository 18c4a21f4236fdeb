import { definePlugin, type Json, type LocalDate, type PointId, type Range, Type, VatioError } from "@vatio/plugin-api";

interface Question {
  readonly point: PointId;
  readonly range: Range;
  readonly day: LocalDate;
}

/** Reads the energy of a point, in its own name and in that of whoever asks. */
// biome-ignore lint/style/noDefaultExport: the entry of a plugin
export default definePlugin({
  manifest: {
    id: "reader",
    name: "Reader",
    version: "1.0.0",
    hub: "^0.1",
    config: Type.Object({}),
    configVersion: 1,
    permissions: ["telemetry.read"],
    commands: { "reader.do": { action: "read", input: Type.Unknown(), output: Type.Unknown() } },
  },
  setup(ctx) {
    ctx.commands.handle(
      "reader.do" as never,
      (async ({ point, range, day }: Question, { actor }: { actor: never }) => {
        const asCaller = await ctx
          .as(actor)
          .slots.read(point, range)
          .then(({ length }) => length)
          .catch((error: unknown) => VatioError.from(error).code);
        if (typeof asCaller === "string") return { asCaller };
        const slots = await ctx.slots.read(point, range);
        const days = await ctx.slots.daily(point, day, day);
        return { slots, days, asCaller } as unknown as Json;
      }) as never,
    );
  },
});
