import type { IPublishPacket, MqttClient, PacketCallback } from "mqtt";

/**
 * Internals of MQTT.js 5.16.0 that the hub relies on; `test/mqtt/mqtt-js-contract.test.ts` fails when a new version changes them.
 */
interface PacketSender {
  _sendPacket(packet: { cmd: "puback"; messageId: number | undefined; reasonCode?: number }): void;
}

/** What happens with received messages. */
export interface AckHandlers {
  /** Fulfilled: acknowledge; rejected: do not. Called in the order of arrival, without waiting for earlier ones. */
  receive(packet: IPublishPacket): Promise<void>;
  /** A message that was not acknowledged: the broker repeats it on the next connection. */
  onUnacknowledged(): void;
}

/** What tells MQTT.js not to acknowledge by itself; it goes on with the next packet all the same. */
const LATER = new Error("acknowledged later");

/**
 * Makes a client acknowledge each QoS 1 message when it has been stored, in whatever order that happens. MQTT.js by itself waits for one
 * message before it looks at the next, which would mean one message per commit.
 */
export function ackLater(client: MqttClient, { receive, onUnacknowledged }: AckHandlers): void {
  const sender = client as unknown as PacketSender;
  client.handleMessage = (packet: IPublishPacket, done: PacketCallback): void => {
    const received = receive(packet);
    if (packet.qos === 0) {
      received.catch(() => undefined);
      done();
      return;
    }
    if (packet.qos === 2) {
      // The hub subscribes with QoS 1 at most; a broker that sends QoS 2 all the same gets it acknowledged one by one.
      received.then(
        () => done(),
        () => {
          onUnacknowledged();
          done(LATER);
        },
      );
      return;
    }
    received.then(() => {
      if (client.connected) sender._sendPacket({ cmd: "puback", messageId: packet.messageId, reasonCode: 0 });
    }, onUnacknowledged);
    done(LATER);
  };
}
