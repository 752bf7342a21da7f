import { dynamodbWritersPinned } from "../../../policies/dynamodb/writersPinned";
import { resource, specify } from "../kit";

const table = (props: Parameters<typeof resource>[2]) => resource("aws:dynamodb/table:Table", "models", props);
const replicas = [{ regionName: "us-west-2" }];

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
});
