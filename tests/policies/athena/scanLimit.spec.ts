import { athenaScanLimit } from "../../../policies/athena/scanLimit";
import { resource, specify, withUnknowns } from "../kit";

const workgroup = (configuration: object) =>
  resource("aws:athena/workgroup:Workgroup", "analysts", withUnknowns({ configuration }));
const CUTOFF = "configuration.bytesScannedCutoffPerQuery";
const ENFORCE = "configuration.enforceWorkgroupConfiguration";
const GIB = 1024 ** 3;

specify(athenaScanLimit, {
  complainsOf: {
    "no limit": { by: [workgroup({})], at: [CUTOFF] },
    "a limit that is none": { by: [workgroup({ bytesScannedCutoffPerQuery: 1024 ** 6 })], at: [CUTOFF] },
    "clients that are not bound": {
      by: [workgroup({ enforceWorkgroupConfiguration: false, bytesScannedCutoffPerQuery: GIB })],
      at: [ENFORCE],
    },
  },
  accepts: {
    "a limit, enforced": [workgroup({ enforceWorkgroupConfiguration: true, bytesScannedCutoffPerQuery: GIB })],
  },
  spares: { "a workgroup that leaves enforcement to AWS's default": [workgroup({ bytesScannedCutoffPerQuery: GIB })] },
  unknown: {
    "it complains of both": {
      by: [workgroup({ enforceWorkgroupConfiguration: "?", bytesScannedCutoffPerQuery: "?" })],
      at: [CUTOFF, ENFORCE],
    },
  },
});
