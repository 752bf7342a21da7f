import { dynamodbWritersPinned } from "../../../policies/dynamodb/writersPinned";
import type { Resource } from "../../../policies/kit/resource";
import { list } from "../../../policies/kit/value";
import { all, drop, set, where } from "../../mutation/operators";
import { resource, specify } from "../kit";

const table = (props: Parameters<typeof resource>[2]) => resource("aws:dynamodb/table:Table", "models", props);
const replicas = [{ regionName: "us-west-2" }];

const global = ({ props }: Resource): boolean => list(props, "replicas").length > 0;

specify(dynamodbWritersPinned, {
  complainsOf: {
    "a global table that does not say": { by: [table({ replicas })], at: ['tags["meridian:writers"]'] },
    "an empty declaration": {
      by: [table({ replicas, tags: { "meridian:writers": "" } })],
      at: ['tags["meridian:writers"]'],
    },
  },
  accepts: { "a global table that says": [table({ replicas, tags: { "meridian:writers": "one region" } })] },
  spares: {
    "a table of one region": [table({})],
    "a strongly consistent table": [table({ replicas: [{ regionName: "us-west-2", consistencyMode: "STRONG" }] })],
  },
  mutants: {
    breaks: {
      "aws:dynamodb/table:Table": [
        where(global, drop("tags")),
        where(global, drop("tags.meridian:writers")),
        where(global, set("tags", { "meridian:writers": "" }, "empty the declaration")),
      ],
    },
    passes: {
      "aws:dynamodb/table:Table": [
        where(global, set("tags", { "meridian:writers": "one region" }, "declare another way")),
        all(drop("replicas"), drop("tags")),
      ],
    },
  },
});
