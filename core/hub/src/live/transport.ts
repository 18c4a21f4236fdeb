/** A connection to a client, whatever carries it. */
export interface LiveTransport {
  send(text: string): void;
  /** Bytes that were sent but have not left this machine. */
  readonly bufferedBytes: number;
  /** Says goodbye with a status code of RFC 6455 section 7.4. */
  close(code: number, reason: string): void;
  /** Ends the connection at once: the peer no longer answers. */
  terminate(): void;
  ping(): void;
}

/** Status codes that the hub closes with. */
export const CLOSE = {
  /** The hub stops. */
  goingAway: 1001,
  unsupported: 1003,
  /** Session over, or rules broken. */
  policy: 1008,
  tooBig: 1009,
  /** Too slow or too many: come again later. */
  tryLater: 1013,
} as const;
