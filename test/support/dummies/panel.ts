import { type DeviceId, definePlugin, type HttpEnv, Type, text } from "@vatio/plugin-api";
import { Hono } from "hono";

declare module "@vatio/plugin-api" {
  interface VatioEvents {
    "dummy-panel.pressed": { device: DeviceId; times: number };
  }
  interface VatioCommands {
    "dummy-panel.press": { input: { device: DeviceId }; output: { times: number } };
  }
}

const device = Type.String({ minLength: 1 });

/** With a panel, a route, a socket, and an event and a command of its own. */
export const dummyPanel = definePlugin({
  manifest: {
    id: "dummy-panel",
    name: "Dummy panel",
    version: "1.0.0",
    hub: "^0.1",
    config: Type.Object({}),
    configVersion: 1,
    permissions: ["http", "ui", "telemetry.read", "commands.call:dummy-panel.press"],
    events: {
      "dummy-panel.pressed": { payload: Type.Object({ device, times: Type.Integer() }), retainBy: "device" },
    },
    commands: {
      "dummy-panel.press": {
        action: "control",
        routeBy: "device",
        input: Type.Object({ device }),
        output: Type.Object({ times: Type.Integer() }),
      },
    },
    http: { aliases: ["/api/v1/ingest/dummy"] },
    ui: {
      module: "./dist/ui.js",
      api: 1,
      panels: [{ id: "main", element: "dummy-panel-main", title: text("dummy-panel.title"), icon: "gauge" }],
      cards: [{ type: "count", element: "dummy-panel-count", title: text("dummy-panel.title") }],
    },
  },

  setup(ctx) {
    const pressed = new Map<DeviceId, number>();
    ctx.commands.handle("dummy-panel.press", async (input, { actor }) => {
      const times = (pressed.get(input.device) ?? 0) + 1;
      pressed.set(input.device, times);
      ctx.events.publish("dummy-panel.pressed", { device: input.device, times });
      ctx.log.info("Pressed", { by: actor.id });
      return { times };
    });

    const app = new Hono<{ Bindings: HttpEnv }>()
      .get("/points", async (c) => c.json(await ctx.as(c.env.actor).points.list()))
      .post("/press/:device", async (c) => {
        const input = { device: c.req.param("device") as DeviceId };
        return c.json(await ctx.as(c.env.actor).commands.call("dummy-panel.press", input));
      });
    ctx.http.mount(app, { action: "read" });
    ctx.http.socket("/live", (socket, _request, env) => {
      const events = ctx.events.subscribe("dummy-panel.pressed", ({ payload }) => socket.send(JSON.stringify(payload)));
      socket.onMessage((data) => socket.send(`${env.actor.id} said ${String(data)}`));
      socket.onClose(() => events[Symbol.dispose]());
    });
  },
});
