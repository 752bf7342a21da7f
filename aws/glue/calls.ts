import type { CallRow } from "../call";
import { asRole, assumes, at, bucketKey, json, list, objectArn, READ_KEY, USE_KEY, keyCall, via } from "../call-kit";

const CRAWLER = ["aws:glue/crawler:Crawler"];
const JOB = ["aws:glue/job:Job"];
const SOURCE = "https://docs.aws.amazon.com/glue/latest/dg/create-service-policy.html";

export const calls: readonly CallRow[] = [
  assumes(
    { id: "glue-crawler-role", types: CRAWLER, property: "role", source: SOURCE },
    { service: "glue.amazonaws.com" },
  ),
  {
    id: "glue-crawler-bucket",
    types: CRAWLER,
    property: "s3Targets",
    title: "A crawler's role reads what it crawls",
    source: "https://docs.aws.amazon.com/glue/latest/dg/crawler-prereqs.html",
    calls: ({ inputs }, place) =>
      list(inputs, "s3Targets").flatMap((target) => {
        const resource = objectArn(place, at(target, "path"));
        const caller = asRole(at(inputs, "role"));
        return resource === undefined
          ? []
          : [
              { caller, actions: ["s3:GetObject"], resource: `${resource.replace(/\/$/, "")}/*` },
              ...bucketKey(place, caller, at(target, "path"), READ_KEY),
            ];
      }),
  },
  assumes({ id: "glue-job-role", types: JOB, property: "roleArn", source: SOURCE }, { service: "glue.amazonaws.com" }),
  {
    id: "glue-job-script",
    types: JOB,
    property: "command.scriptLocation",
    title: "A job's role reads its script",
    source: SOURCE,
    calls: ({ inputs }, place) => {
      const address = at(inputs, "command.scriptLocation");
      const resource = objectArn(place, address);
      const caller = asRole(at(inputs, "roleArn"));
      return resource === undefined
        ? []
        : [{ caller, actions: ["s3:GetObject"], resource }, ...bucketKey(place, caller, address, READ_KEY)];
    },
  },
  {
    id: "glue-catalogue-key",
    types: ["aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings"],
    property: "dataCatalogEncryptionSettings",
    title: "Whoever makes tables in the catalogue uses its key",
    source: "https://docs.aws.amazon.com/glue/latest/dg/encrypt-glue-data-catalog.html",
    calls: ({ inputs }, place) => {
      const key = at(json(at(inputs, "dataCatalogEncryptionSettings")), "encryptionAtRest.sseAwsKmsKeyId");
      return key === undefined || key === null
        ? []
        : keyCall(place, { deployer: true }, key, [...USE_KEY, "kms:Encrypt"], via(place, "glue"));
    },
  },
  {
    id: "glue-catalogue-key-readers",
    types: ["aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings"],
    property: "dataCatalogEncryptionSettings",
    title: "Who reads tables of the catalogue reads with its key",
    source: "https://docs.aws.amazon.com/glue/latest/dg/encrypt-glue-data-catalog.html",
    calls: (node, place) => {
      const key = at(json(at(node.inputs, "dataCatalogEncryptionSettings")), "encryptionAtRest.sseAwsKmsKeyId");
      if (key === undefined || key === null) return [];
      const [table] = place.of("aws:glue/catalogTable:CatalogTable").filter(({ region }) => region === place.region);
      if (table === undefined) return [];
      return place
        .rolesThatMay("glue:GetTable", place.arnOf(table))
        .flatMap((role) => keyCall(place, { role }, key, READ_KEY, via(place, "glue")));
    },
  },
];
