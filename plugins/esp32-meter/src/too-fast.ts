import { type MqttMessage, VatioError } from "@vatio/plugin-api";

/** More values came at once than instants can tell apart: the message is not acknowledged, so that it comes again. */
export const tooFast = ({ topic }: MqttMessage): VatioError =>
  new VatioError(
    "E_TOO_FAST",
    "Values of this topic come faster than a thousand in a second. They must be sent again.",
    {
      retryable: true,
      details: { topic },
    },
  );
