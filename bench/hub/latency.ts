import mqtt from "mqtt";
import WebSocket from "ws";
import type { BenchHub } from "./bench-hub.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function openLive(hub: BenchHub): Promise<WebSocket> {
  const origin = `http://127.0.0.1:${hub.httpPort}`;
  const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}/api/v1/live`, {
    headers: { cookie: `vatio_session=${hub.token}`, origin },
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return socket;
}

/** Milliseconds from a publish to the WebSocket frame that shows it, and to its durable acknowledgement. */
export async function measureLatency(
  hub: BenchHub,
  messages = 200,
): Promise<{ live: number[]; acknowledged: number[] }> {
  const socket = await openLive(hub);
  const live: number[] = [];
  const acknowledged: number[] = [];
  const sentAt = new Map<number, number>();
  socket.on("message", (data) => {
    const now = performance.now();
    const frame = JSON.parse(String(data)) as { type: string; at?: number[] };
    for (const at of frame.type === "readings" ? (frame.at ?? []) : []) {
      const sent = sentAt.get(at);
      if (sent !== undefined) live.push(now - sent);
      sentAt.delete(at);
    }
  });
  socket.send(JSON.stringify({ type: "subscribe", id: 1, targets: ["bench:d0/main"] }));
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    username: hub.username,
    password: hub.password,
  });
  await pause(300);
  for (let n = 0; n < messages; n++) {
    const at = Date.now();
    const sent = performance.now();
    sentAt.set(at, sent);
    client.publish("bench/d0", JSON.stringify({ t: [at], m: [[n], [n], [230], [1], [1], [50]] }), { qos: 1 }, () =>
      acknowledged.push(performance.now() - sent),
    );
    await pause(120 + (n % 7));
  }
  await pause(1_000);
  socket.terminate();
  await client.endAsync();
  return { live, acknowledged };
}
