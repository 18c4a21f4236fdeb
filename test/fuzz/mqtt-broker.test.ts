import { describeBrokerFuzz } from "./support/broker-suite.js";
import { BROKER_SHARES } from "./support/shares.js";

describeBrokerFuzz(BROKER_SHARES["mqtt-broker"]);
