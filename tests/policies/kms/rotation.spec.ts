import type { Resource } from "../../../policies/kit/resource";
import { kmsRotation } from "../../../policies/kms/rotation";
import { all, drop, set, spoilFlag, where } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const key = (props: object) => resource("aws:kms/key:Key", "data", withUnknowns(props));
const FLAG = "enableKeyRotation";

const symmetric = ({ props }: Resource): boolean => props["customerMasterKeySpec"] === undefined;

specify(kmsRotation, {
  complainsOf: {
    "a key that says nothing": { by: [key({})], at: [FLAG] },
    "a multi-region key that does not rotate": { by: [key({ multiRegion: true, [FLAG]: false })], at: [FLAG] },
  },
  accepts: { "a key that rotates": [key({ [FLAG]: true })] },
  spares: {
    "an HMAC key, which cannot": [key({ customerMasterKeySpec: "HMAC_256", keyUsage: "GENERATE_VERIFY_MAC" })],
    "a signing key, which cannot": [key({ customerMasterKeySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" })],
    "a key of a custom store, which cannot": [key({ customKeyStoreId: "cks-1" })],
    "a replica, which follows its primary": [resource("aws:kms/replicaKey:ReplicaKey", "data", {})],
  },
  unknown: { "it complains of the flag": { by: [key({ [FLAG]: "?" })], at: [FLAG] } },
  repairs: {
    "a key that does not rotate": { from: key({}), to: { [FLAG]: true } },
    "nothing in an HMAC key": { from: key({ customerMasterKeySpec: "HMAC_256" }), to: undefined },
  },
  mutants: {
    breaks: { "aws:kms/key:Key": spoilFlag("enableKeyRotation").map((operator) => where(symmetric, operator)) },
    passes: {
      "aws:kms/key:Key": [
        where(
          symmetric,
          all(
            drop("enableKeyRotation"),
            set("customerMasterKeySpec", "HMAC_256"),
            set("keyUsage", "GENERATE_VERIFY_MAC"),
          ),
        ),
      ],
    },
  },
});
