import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Aedes } from "aedes";

/** A real MQTT broker on loopback. */
export interface TestBroker extends AsyncDisposable {
  readonly url: string;
}

/** Starts a broker on a free port. */
export async function startBroker(): Promise<TestBroker> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      server.close();
      await once(server, "close");
    },
  };
}
