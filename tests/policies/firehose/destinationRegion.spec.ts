import { firehoseDestinationRegion } from "../../../policies/firehose/destinationRegion";
import { isSet, show } from "../../../policies/kit/value";
import { move, set, where } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const TYPE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const S3 = "extendedS3Configuration.bucketArn";
const near = resource("aws:s3/bucket:Bucket", "near", { bucket: "near" }, { region: "eu-west-1" });
const far = resource("aws:s3/bucket:Bucket", "far", { bucket: "far" }, { region: "us-east-1" });
const delivery = (bucketArn: string, to: readonly (typeof near)[] = []) =>
  resource(TYPE, "events", withUnknowns({ extendedS3Configuration: { bucketArn } }), {
    region: "eu-west-1",
    uses: { extendedS3Configuration: to },
  });
const search = (domainArn: string) =>
  resource(TYPE, "search", withUnknowns({ opensearchConfiguration: { domainArn } }), { region: "eu-west-1" });

specify(firehoseDestinationRegion, {
  complainsOf: {
    "a bucket of another region, by name": { by: [far, near, delivery("arn:aws:s3:::far", [near])], at: [S3] },
    "a domain's ARN of another region": {
      by: [search("arn:aws:es:us-east-1:1:domain/d")],
      at: ["opensearchConfiguration.domainArn"],
    },
  },
  accepts: { "a bucket of its own region": [near, far, delivery("arn:aws:s3:::near", [far])] },
  spares: {
    "a domain of its own region": [search("arn:aws:es:eu-west-1:1:domain/d")],
    "a bucket of another stack, whose ARN tells no region": [delivery("arn:aws:s3:::elsewhere")],
  },
  unknown: {
    "it goes by what the ARN is computed from": { by: [far, delivery("?", [far])], at: [S3] },
    "it accepts a bucket that it cannot find": [delivery("?")],
  },
  mutants: {
    breaks: {
      "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
        move("sa-east-1"),
        move("af-south-1"),
        where(
          ({ props }) => isSet(props["opensearchConfiguration"]),
          set("opensearchConfiguration.domainArn", "arn:aws:es:sa-east-1:1:domain/far", "deliver to another region"),
        ),
      ],
    },
    passes: {
      "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
        where(
          ({ props }) => isSet(props["opensearchConfiguration"]),
          set(
            "opensearchConfiguration.domainArn",
            ({ region }) => `arn:aws:es:${show(region)}:1:domain/near`.replaceAll('"', ""),
            "deliver to another domain of the region",
          ),
        ),
      ],
    },
  },
});
