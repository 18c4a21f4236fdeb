import { type Static, Type } from "@vatio/plugin-api";

/** Options of a format that tells everything by itself. */
export const NoOptions = Type.Object({}, { additionalProperties: false });

/** Options of a format that tells everything by itself. */
export type NoOptions = Static<typeof NoOptions>;
