import { athenaResultsEncrypted } from "../../../policies/athena/resultsEncrypted";
import { drop, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const workgroup = (configuration?: object) =>
  resource(
    "aws:athena/workgroup:Workgroup",
    "analysts",
    withUnknowns(configuration === undefined ? {} : { configuration }),
  );
const encrypted = (encryptionOption: string) => ({
  resultConfiguration: { outputLocation: "s3://r", encryptionConfiguration: { encryptionOption } },
});
const OPTION = "configuration.resultConfiguration.encryptionConfiguration.encryptionOption";

const ENCRYPTION = "configuration.resultConfiguration.encryptionConfiguration";

specify(athenaResultsEncrypted, {
  complainsOf: {
    "a workgroup that says nothing": { by: [workgroup()], at: [OPTION] },
    "results without encryption": {
      by: [workgroup({ resultConfiguration: { outputLocation: "s3://r" } })],
      at: [OPTION],
    },
    "an option that does not exist": { by: [workgroup(encrypted("NONE"))], at: [OPTION] },
  },
  accepts: { "results under a KMS key": [workgroup(encrypted("SSE_KMS"))] },
  spares: {
    "results under S3's key": [workgroup(encrypted("SSE_S3"))],
    "results that Athena keeps": [workgroup({ managedQueryResultsConfiguration: { enabled: true } })],
  },
  unknown: { "it complains of an option": { by: [workgroup(encrypted("?"))], at: [OPTION] } },
  repairs: {
    "plain results, keeping where they go": {
      from: workgroup({ bytesScannedCutoffPerQuery: 1, resultConfiguration: { outputLocation: "s3://r" } }),
      to: {
        configuration: {
          bytesScannedCutoffPerQuery: 1,
          resultConfiguration: { outputLocation: "s3://r", encryptionConfiguration: { encryptionOption: "SSE_S3" } },
        },
      },
    },
    "nothing in encrypted results": { from: workgroup(encrypted("CSE_KMS")), to: undefined },
  },
  mutants: {
    breaks: {
      "aws:athena/workgroup:Workgroup": [
        drop(ENCRYPTION),
        hide(`${ENCRYPTION}.encryptionOption`),
        set(`${ENCRYPTION}.encryptionOption`, "NONE", "turn encryption off"),
        drop("configuration.resultConfiguration"),
      ],
    },
    passes: {
      "aws:athena/workgroup:Workgroup": [set(`${ENCRYPTION}.encryptionOption`, "SSE_S3", "take S3's own key")],
    },
  },
});
