import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Route } from "../../src/http/index.js";
import { routeTable } from "../../src/http/index.js";
import { startTestServer, type TestAnswer, type TestClient, type TestServer } from "./support/test-server.js";
import { addShelly, ROLES } from "./support/test-services.js";

const SCOPES = ["ingest", "metrics", "read", "control"] as const;
const ACTIONS = ["read", "control", "manage", "administer"];

/** The most that each may do: index into the actions. */
const RANK: Readonly<Record<string, number>> = {
  viewer: 0,
  operator: 1,
  manager: 2,
  admin: 3,
  read: 0,
  control: 1,
  ingest: -1,
  metrics: -1,
};

let server: TestServer;
let home: Awaited<ReturnType<typeof addShelly>>;
const clients: Record<string, TestClient> = {};

beforeAll(async () => {
  server = await startTestServer();
  home = await addShelly(server.services);
  server.services.plugins.add({ id: "shelly" });
  server.services.handleSwitch(async () => ({ wasOn: false, on: true }));
  for (const scope of SCOPES) clients[scope] = await server.machine(scope);
});
afterAll(() => server.close());

/** An address that exists: what is refused is refused for lack of rights alone. */
function pathOf({ path }: Route): string {
  const ids: Record<string, string> = {
    "/sites": home.site.id,
    "/points": home.point,
    "/devices": home.device,
    "/plugins": "shelly",
  };
  const id = ids[Object.keys(ids).find((prefix) => path.startsWith(prefix)) ?? ""] ?? "unknown";
  const values: Record<string, string> = { id, name: "switch.set", language: "es", key: "log.level", message: "1" };
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(values[name] ?? "unknown"));
  return filled + (queryOf()[path] ?? "");
}

/** Queries that pass the schema of their route. */
const queryOf = (): Readonly<Record<string, string>> => ({
  "/last": `?target=${home.point}`,
  "/series": `?target=${home.point}&metrics=power_w&from=0&to=1000`,
  "/export/readings": `?targets=${home.point}&from=0&to=1000&format=csv`,
  "/imports": `?site=${home.site.id}&name=a`,
  "/imports/{id}/parts": "?offset=0",
  "/export/energy": `?site=${home.site.id}&from=0&to=1000&bucket=day&format=csv`,
});

/** A body that passes the schema where rights are asked only after it was read. */
const bodyOf = (route: Route): unknown =>
  route.path === "/commands/{name}" ? { channel: home.channel, to: "on" } : {};

function call(client: TestClient, route: Route): Promise<TestAnswer> {
  return client.api(route.method, pathOf(route), route.body === undefined ? undefined : bodyOf(route));
}

/** Ends the sessions that later cases need: tried with a session of its own. */
const endsSession = ({ path, method }: Route): boolean => path === "/session" && method === "DELETE";

const title = ({ method, path, action }: Route): string => `${method} ${path} (${action})`;
const refusesBy = (answer: TestAnswer): boolean => answer.code === "E_PERMISSION" || answer.code === "E_AUTH_REQUIRED";

describe.each(routeTable.map((route) => ({ title: title(route), route })))("$title", ({ route }) => {
  it("is for strangers only when it is public", async () => {
    const answer = await call(server.anonymous, route);
    expect(answer.code === "E_AUTH_REQUIRED").toBe(route.action !== "public");
    expect(answer.status === 401 && answer.code === "E_AUTH_REQUIRED").toBe(route.action !== "public");
  });

  it.each(ROLES)("for a %s follows its action", async (role) => {
    if (endsSession(route)) delete clients[role];
    clients[role] ??= await server.person(role);
    const answer = await call(clients[role], route);
    const open =
      route.action === "public" || route.action === "signed-in" || (RANK[role] ?? -1) >= ACTIONS.indexOf(route.action);
    expect(refusesBy(answer), JSON.stringify(answer.body)).toBe(!open);
    if (endsSession(route)) delete clients[role];
  });

  it.each(SCOPES)("for a token of the scope %s follows its action", async (scope) => {
    const answer = await call(clients[scope] ?? server.anonymous, route);
    const rank = RANK[scope] ?? -1;
    const open =
      route.action === "public" ||
      (rank >= 0 && (route.action === "signed-in" || rank >= ACTIONS.indexOf(route.action)));
    expect(refusesBy(answer), JSON.stringify(answer.body)).toBe(!open);
  });
});

describe("a command", () => {
  it("is refused by its own action, not only by that of the route", async () => {
    const [viewer, operator] = [await server.person("viewer"), await server.person("operator")];
    const body = { channel: home.channel, to: "on" };
    expect(await viewer.api("POST", "/commands/switch.set", body)).toMatchObject({ status: 403, code: "E_PERMISSION" });
    expect(await operator.api("POST", "/commands/switch.set", body)).toMatchObject({
      status: 200,
      body: { result: { wasOn: false, on: true } },
    });
  });
});
