import { it } from "vitest";
import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { createStore, MAIN, makeFolder, NOW, reading, rowsOf } from "./support/fixture.js";
it("x", async () => {
  const { folder } = makeFolder(); const file = path.join(folder, "telemetry.duckdb");
  const { store } = await createStore({ path: file });
  await store.write([reading(MAIN, NOW, { power_w: 0 })]); await store.flush();
  const N = 3;
  for (let i = 1; i <= N; i++) await store.write([reading(MAIN, NOW + i, { power_w: i })]);
  const db = readFileSync(file), log = readFileSync(file + ".wal");
  await store.close();
  let bad = 0; const stats: Record<string, number> = {};
  for (let byte = 0; byte < log.length; byte++) for (const bit of [0, 5]) {
    const m = makeFolder(); const f2 = m.folder + "/telemetry.duckdb";
    const l = Buffer.from(log); l[byte] ^= 1 << bit;
    writeFileSync(f2, db); writeFileSync(f2 + ".wal", l);
    const r = await createStore({ path: f2 });
    const rows = (await rowsOf(r.store, MAIN)).map(x => x.power_w);
    const rep = (await r.store.status()).repairs;
    const kept = readdirSync(m.folder).filter(n => n.includes("corrupt") || n.includes("damaged"));
    const ok = rows.every((v, i) => v === i) && rows.length >= 1 && (rows.length === N + 1 || (rep.length === 1 && kept.length === 1));
    if (!ok) { bad++; console.log(byte, bit, rows, rep, kept); }
    const k = `${rows.length} ${rep.length} ${rep[0]?.slice(0, 60)}`; stats[k] = (stats[k] ?? 0) + 1;
    await r.store.close(); m.remove();
  }
  console.log(log.length, bad, stats);
}, 600000);
