import { emrEncrypted } from "../../../policies/emr/encrypted";
import { drop, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const cluster = (props: object) => resource("aws:emr/cluster:Cluster", "etl", withUnknowns(props));
const configuration = (rest: boolean, transit: boolean) =>
  resource("aws:emr/securityConfiguration:SecurityConfiguration", "etl", {
    configuration: JSON.stringify({
      EncryptionConfiguration: { EnableAtRestEncryption: rest, EnableInTransitEncryption: transit },
    }),
  });
const REST = "configuration.EncryptionConfiguration.EnableAtRestEncryption";
const TRANSIT = "configuration.EncryptionConfiguration.EnableInTransitEncryption";

const emrFlags = (rest: boolean, transit: boolean): string =>
  JSON.stringify({
    EncryptionConfiguration: { EnableAtRestEncryption: rest, EnableInTransitEncryption: transit },
  });

specify(emrEncrypted, {
  complainsOf: {
    "a cluster without a security configuration": { by: [cluster({})], at: ["securityConfiguration"] },
    "plain shuffles": { by: [configuration(true, false)], at: [TRANSIT] },
    "plain disks": { by: [configuration(false, true)], at: [REST] },
    "a configuration that is no JSON": {
      by: [resource("aws:emr/securityConfiguration:SecurityConfiguration", "etl", { configuration: "{" })],
      at: [REST, TRANSIT],
    },
  },
  accepts: {
    "a cluster under one that encrypts both": [cluster({ securityConfiguration: "etl" }), configuration(true, true)],
  },
  spares: { "a security configuration that no cluster of the stack uses, if it encrypts": [configuration(true, true)] },
  unknown: {
    "it accepts a configuration that names a new key": [
      resource("aws:emr/securityConfiguration:SecurityConfiguration", "etl", withUnknowns({ configuration: "?" })),
      cluster({ securityConfiguration: "?" }),
    ],
  },
  mutants: {
    breaks: {
      "aws:emr/cluster:Cluster": [drop("securityConfiguration")],
      "aws:emr/securityConfiguration:SecurityConfiguration": [
        drop("configuration"),
        set("configuration", emrFlags(false, true), "turn encryption at rest off"),
        set("configuration", emrFlags(true, false), "turn encryption in transit off"),
        set("configuration", "{}", "empty the configuration"),
      ],
    },
    passes: {
      "aws:emr/securityConfiguration:SecurityConfiguration": [set("configuration", emrFlags(true, true), "state both")],
      "aws:emr/cluster:Cluster": [set("securityConfiguration", "another", "name another")],
    },
  },
});
