import type { HubProcess } from "./hub-process.js";
import { startPlug } from "./plug.js";

/** Who looks after the hub of a journey. */
export const OWNER = { name: "Ana", password: "correct horse battery" } as const;

/** The one device of such a home. */
export const PLUG_ID = "shelly:a8032412c3d4";

/** A hub that is set up, with one simulated plug that was accepted: where journeys begin that are not about set-up. */
export async function startHome(hub: HubProcess): Promise<Awaited<ReturnType<typeof startPlug>>> {
  await hub.start();
  const call = await hub.setUp(OWNER.password);
  const account = await call<{ username: string; password: string }>("GET", "/api/v1/devices/setup");
  const plug = await startPlug({ ...account, url: hub.mqttUrl });
  const path = `/api/v1/devices/${encodeURIComponent(PLUG_ID)}`;
  while (!(await isPending(call, path))) await new Promise((resolve) => setTimeout(resolve, 100));
  await call("POST", `${path}/accept`, { name: "Coffee machine" });
  return plug;
}

async function isPending(call: Awaited<ReturnType<HubProcess["setUp"]>>, path: string): Promise<boolean> {
  try {
    const { channels } = await call<{ channels: readonly unknown[] }>("GET", path);
    return channels.length > 0;
  } catch {
    return false;
  }
}
