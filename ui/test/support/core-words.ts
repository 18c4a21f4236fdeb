import { CORE_MESSAGES } from "@vatio/model";

/** What the hub itself says, as `/messages/<language>` answers it. */
export const CORE_EN = CORE_MESSAGES.en;
export const CORE_ES = CORE_MESSAGES.es;
