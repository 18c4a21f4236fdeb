import { Encoder } from "cbor-x";

// Plain maps: any CBOR decoder reads the answer. Typed arrays get their tags of RFC 8746 all the same.
const encoder = new Encoder({ useRecords: false, tagUint8Array: true });

/** A value as CBOR (RFC 8949); typed arrays keep their type (RFC 8746). */
export const encodeCbor = (value: unknown): Uint8Array => encoder.encode(value);
