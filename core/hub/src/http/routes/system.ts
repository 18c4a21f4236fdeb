import { type Instant, type Static, Type } from "@vatio/plugin-api";
import type { HealthNode } from "../../health.js";
import { defineRoute, type Route } from "../define-route.js";
import { CounterDto, HealthDto, LogLevelBody, LogLevelDto, LogLineDto, MessagesDto, SystemDto } from "../dto.js";
import type { RouteContext } from "../route-context.js";
import { withoutUndefined } from "../without-undefined.js";
import { instantParam } from "./params.js";

const LogQuery = Type.Object(
  {
    level: Type.Optional(LogLevelDto),
    source: Type.Optional(Type.String({ maxLength: 200, description: "Part of the hub (`mqtt`) or `plugin:<id>`" })),
    from: Type.Optional(instantParam),
    to: Type.Optional(instantParam),
    text: Type.Optional(Type.String({ maxLength: 200, description: "Part of the message, without regard to case" })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
  },
  { additionalProperties: false },
);

const logRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/logs",
    tag: "System",
    summary: "Lines of the system log, newest first",
    action: "administer",
    query: LogQuery,
    response: Type.Array(LogLineDto),
    handler: async ({ query }, hub) => {
      const { from, to, ...rest } = query;
      const lines = await hub.log.query(
        withoutUndefined({ limit: 200, ...rest, from: from as Instant | undefined, to: to as Instant | undefined }),
      );
      return lines.map((line) => ({ ...line }));
    },
  }),
  defineRoute({
    method: "GET",
    path: "/logs/level",
    tag: "System",
    summary: "What is logged: this level and worse",
    action: "administer",
    response: LogLevelBody,
    handler: (_input, hub) => ({ level: hub.log.level }),
  }),
  defineRoute({
    method: "PUT",
    path: "/logs/level",
    tag: "System",
    summary: "Change what is logged, at once",
    action: "administer",
    body: LogLevelBody,
    response: LogLevelBody,
    handler: async ({ body, actor }, hub) => {
      await hub.settings.set(actor, "log.level", body.level);
      hub.log.setLevel(body.level);
      return { level: hub.log.level };
    },
  }),
];

const stateRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/health",
    tag: "System",
    summary: "Health of hub, plugins and devices as a tree",
    action: "read",
    response: HealthDto,
    handler: (_input, hub) => healthDto(hub.health.tree()),
  }),
  defineRoute({
    method: "GET",
    path: "/system",
    tag: "System",
    summary: "Version, memory, disk, broker, live stream and counters",
    action: "read",
    response: SystemDto,
    handler: async (_input, hub) => systemDto(hub),
  }),
  defineRoute({
    method: "GET",
    path: "/counters",
    tag: "System",
    summary: "How often something was dropped, retried or refused, and why",
    action: "read",
    response: Type.Array(CounterDto),
    handler: (_input, hub) => [...hub.counters.snapshot()],
  }),
];

const MessageParams = Type.Object(
  { language: Type.Unsafe<"es" | "en">({ enum: ["es", "en"] }) },
  { additionalProperties: false },
);

const messageRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/messages/{language}",
    tag: "System",
    summary: "The words of the hub and of its plugins in a language",
    action: "signed-in",
    params: MessageParams,
    response: MessagesDto,
    handler: ({ params }, hub) => ({ ...hub.messages.messages(params.language) }),
  }),
];

/** Log, health, state and words of the hub. */
export const systemRoutes: readonly Route[] = [...logRoutes, ...stateRoutes, ...messageRoutes];

const healthDto = (node: HealthNode): Static<typeof HealthDto> => ({ ...node, children: node.children.map(healthDto) });

async function systemDto(hub: RouteContext): Promise<SystemDto> {
  const { repairs, ...store } = await hub.store.status();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    version: hub.hub.version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    startedAt: hub.hub.startedAt,
    now: hub.clock.now(),
    memory: { rssBytes: rss, heapBytes: heapUsed },
    store: { ...store, repairs: [...repairs] },
    mqtt: { kind: hub.mqtt.kind, ...hub.mqtt.status() },
    live: { connections: hub.live.connections },
    counters: [...hub.counters.snapshot()],
  };
}
