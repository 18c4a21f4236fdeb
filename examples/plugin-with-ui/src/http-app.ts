import { type FetchApp, type PluginContext, type PointId, VatioError } from "@vatio/plugin-api";
import type { PeakBook } from "./peak-book.js";

/** What the page of the plugin asks for: `GET /today`, `DELETE /today/<point>`. Everybody sees only the points that they may see. */
export function httpApp(ctx: PluginContext<unknown>, book: PeakBook): FetchApp {
  return {
    async fetch(request, { actor }) {
      const [, resource, id] = new URL(request.url).pathname.split("/");
      const own = ctx.as(actor);
      if (resource === "today" && id === undefined && request.method === "GET") {
        const points = await own.points.list();
        const seen = points.flatMap((point) => {
          const peak = book.get(point.id);
          return peak ? [{ point: point.id, name: point.name, ...peak }] : [];
        });
        return Response.json(seen);
      }
      if (resource === "today" && id !== undefined && request.method === "DELETE") {
        // As a command it is authorised, audited, and open to other plugins as well.
        return Response.json(await own.commands.call("peaks.forget", { point: decodeURIComponent(id) as PointId }));
      }
      throw new VatioError("E_NOT_FOUND", "There is nothing here. Use GET /today or DELETE /today/<point>.");
    },
  };
}
