import { elasticacheEncrypted } from "../../../policies/elasticache/encrypted";
import { all, drop, set, spoilFlag } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const group = (props: object) =>
  resource("aws:elasticache/replicationGroup:ReplicationGroup", "hot", withUnknowns(props));
const ON = { atRestEncryptionEnabled: true, transitEncryptionEnabled: true };

specify(elasticacheEncrypted, {
  complainsOf: {
    "a group that says nothing": { by: [group({})], at: Object.keys(ON) },
    "plain connections": { by: [group({ ...ON, transitEncryptionEnabled: false })], at: ["transitEncryptionEnabled"] },
    "plain disks": { by: [group({ ...ON, atRestEncryptionEnabled: false })], at: ["atRestEncryptionEnabled"] },
  },
  accepts: { "a group with both": [group(ON)] },
  spares: { "a secondary of a global datastore, which cannot say": [group({ globalReplicationGroupId: "ldgnf-1" })] },
  unknown: {
    "it complains of a flag": { by: [group({ ...ON, atRestEncryptionEnabled: "?" })], at: ["atRestEncryptionEnabled"] },
  },
  mutants: {
    breaks: {
      "aws:elasticache/replicationGroup:ReplicationGroup": [
        "atRestEncryptionEnabled",
        "transitEncryptionEnabled",
      ].flatMap(spoilFlag),
    },
    passes: {
      "aws:elasticache/replicationGroup:ReplicationGroup": [
        all(drop("atRestEncryptionEnabled"), set("globalReplicationGroupId", "world")),
      ],
    },
  },
});
