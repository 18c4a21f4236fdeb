import { type ErrorCode, VatioError } from "@vatio/plugin-api";

interface Mapping {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string;
}

const REFUSED: Mapping = {
  code: "E_DEVICE_REFUSED",
  retryable: false,
  hint: "Check that the device still has this channel.",
};
const BUSY: Mapping = { code: "E_DEVICE_BUSY", retryable: true, hint: "Try again in a few seconds." };

/** What each code of the Shelly RPC protocol ("Common errors" of its documentation) means for a caller. */
const MAPPINGS: ReadonlyMap<number, Mapping> = new Map([
  [-103, REFUSED],
  [-104, { code: "E_DEVICE_TIMEOUT", retryable: true, hint: "Try again." }],
  [-105, REFUSED],
  [-106, BUSY],
  [-108, BUSY],
  [-109, BUSY],
  [-114, BUSY],
  [401, { code: "E_DEVICE_UNAUTHORIZED", retryable: false, hint: "Allow RPC over MQTT in the device's settings." }],
  [404, REFUSED],
]);
const OTHER: Mapping = { code: "E_DEVICE_FAILED", retryable: true, hint: "Look at the device's own page." };

/** The error of a request that a device answered with an error. */
export function rpcError(method: string, error: { readonly code: number; readonly message?: string }): VatioError {
  const { code, retryable, hint } = MAPPINGS.get(error.code) ?? OTHER;
  const said = (error.message ?? "no reason").slice(0, 200);
  return new VatioError(code, `The Shelly did not carry out ${method}: ${said} (${error.code}). ${hint}`, {
    retryable,
    details: { method, rpcCode: error.code, rpcMessage: said },
  });
}
