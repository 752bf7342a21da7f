import type {
  CreateEventSourceMappingCommandInput,
  CreateFunctionCommandInput,
  EventSourceMappingConfiguration,
  FunctionConfiguration,
  Lambda,
} from "@aws-sdk/client-lambda";
import { readFileSync } from "node:fs";
import { bytesOf } from "../../assets";
import { isPresent, orAbsent, orPresent } from "../../failures";
import { asTextMap, asTexts, type Props } from "../../values";
import { arnBy, emulated, type Found, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { awsShape, pick, present } from "../shape";
import { settleTags } from "../tags";

export const lambda: ServiceTable = {
  "aws:lambda/function:Function": emulated({
    autoName: { property: "name", max: 64 },
    replaceOn: ["name", "packageType", "codeSigningConfigArn"],
    defaults: { memorySize: 128, packageType: "Zip", publish: false, reservedConcurrentExecutions: -1, timeout: 3 },
    outputs: {
      arn: arnBy("lambda", "function:", "name"),
      architectures: () => ["x86_64"],
      codeSha256: (r) => r.hex(44),
      ephemeralStorage: () => ({ size: 512 }),
      invokeArn: (r) => invokeArn(r, r.arn("lambda", `function:${r.text("name")}`)),
      lastModified: () => "",
      loggingConfig: (r) => ({ logFormat: "Text", logGroup: `/aws/lambda/${r.text("name")}` }),
      qualifiedArn: (r) => r.arn("lambda", `function:${r.text("name")}:$LATEST`),
      qualifiedInvokeArn: (r) => invokeArn(r, r.arn("lambda", `function:${r.text("name")}:$LATEST`)),
      responseStreamingInvokeArn: (r) => r.arn("lambda", `function:${r.text("name")}`),
      signingJobArn: () => "",
      signingProfileVersionArn: () => "",
      sourceCodeSize: () => 0,
      version: () => "$LATEST",
    },
    changing: ["lastModified", "codeSha256", "sourceCodeSize", "version", "qualifiedArn", "qualifiedInvokeArn"],
    find: findFunction,
    make: makeFunction,
    settle: settleFunction,
    drop: async (r) => {
      const client = await r.aws().lambda();
      await client.deleteFunction({ FunctionName: r.text("name") });
    },
  }),

  "aws:lambda/alias:Alias": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name", "functionName"],
    outputs: {
      arn: (r) => r.arn("lambda", `function:${functionName(r, "functionName")}:${r.text("name")}`),
      invokeArn: (r) => invokeArn(r, r.arn("lambda", `function:${functionName(r, "functionName")}:${r.text("name")}`)),
    },
    find: async (r) => {
      const client = await r.aws().lambda();
      const found = await orAbsent(client.getAlias({ FunctionName: r.text("functionName"), Name: r.text("name") }));
      return found?.AliasArn === undefined ? undefined : { id: found.AliasArn, props: { arn: found.AliasArn } };
    },
    make: async (r) => {
      const client = await r.aws().lambda();
      const made = await client.createAlias(aliasOf(r));
      return { id: made.AliasArn ?? "" };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().lambda();
      await client.updateAlias(aliasOf(r));
    },
    drop: async (r) => {
      const client = await r.aws().lambda();
      await client.deleteAlias({ FunctionName: r.text("functionName"), Name: r.text("name") });
    },
  }),

  "aws:lambda/permission:Permission": emulated({
    autoName: { property: "statementId", max: 100 },
    replaceOn: ["*"],
    find: async (r) => {
      const client = await r.aws().lambda();
      const qualifier = present({ Qualifier: r.maybeText("qualifier") });
      const policy = (await orAbsent(client.getPolicy({ FunctionName: r.text("function"), ...qualifier })))?.Policy;
      const { Statement = [] } = JSON.parse(policy ?? "{}") as { Statement?: { Sid?: string }[] };
      return Statement.some(({ Sid }) => Sid === r.text("statementId")) ? { id: r.text("statementId") } : undefined;
    },
    make: async (r) => {
      const client = await r.aws().lambda();
      const statement = client.addPermission({
        FunctionName: r.text("function"),
        StatementId: r.text("statementId"),
        Action: r.text("action"),
        Principal: r.text("principal"),
        ...present({
          Qualifier: r.maybeText("qualifier"),
          SourceArn: r.maybeText("sourceArn"),
          SourceAccount: r.maybeText("sourceAccount"),
        }),
      });
      await orPresent(statement);
      return { id: r.text("statementId") };
    },
    drop: async (r) => {
      const client = await r.aws().lambda();
      const qualifier = present({ Qualifier: r.maybeText("qualifier") });
      const where = { FunctionName: r.text("function"), StatementId: r.text("statementId") };
      await client.removePermission({ ...where, ...qualifier });
    },
  }),

  "aws:lambda/eventSourceMapping:EventSourceMapping": emulated({
    replaceOn: ["eventSourceArn", "startingPosition", "startingPositionTimestamp"],
    defaults: { enabled: true },
    outputs: {
      arn: (r) => r.arn("lambda", `event-source-mapping:${r.id}`),
      functionArn: (r) => r.arn("lambda", `function:${functionName(r, "functionName")}`),
      uuid: (r) => r.id,
      lastModified: () => "",
      lastProcessingResult: () => "",
      state: (r) => (r.flag("enabled") === false ? "Disabled" : "Enabled"),
      stateTransitionReason: () => "USER_INITIATED",
    },
    changing: ["state", "lastModified"],
    find: findMapping,
    make: async (r) => {
      const client = await r.aws().lambda();
      const made = await client.createEventSourceMapping({
        ...mappingOf(r),
        FunctionName: r.text("functionName"),
        EventSourceArn: r.text("eventSourceArn"),
        ...present({ StartingPosition: r.maybeText("startingPosition") }),
      } as CreateEventSourceMappingCommandInput);
      return { id: made.UUID ?? "" };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().lambda();
      await client.updateEventSourceMapping({ UUID: r.id, FunctionName: r.text("functionName"), ...mappingOf(r) });
    },
    drop: async (r) => {
      const client = await r.aws().lambda();
      await client.deleteEventSourceMapping({ UUID: r.id });
    },
  }),

  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": emulated({
    replaceOn: ["functionName", "qualifier"],
    key: ["functionName", "qualifier"],
    find: async (r) => {
      const client = await r.aws().lambda();
      const found = await orAbsent(client.getFunctionEventInvokeConfig(invokeConfigKey(r)));
      return found?.FunctionArn === undefined ? undefined : { id: r.text("functionName") };
    },
    make: async (r) => {
      await putInvokeConfig(r);
      return { id: r.text("functionName") };
    },
    settle: (r) => (r.fresh ? Promise.resolve() : putInvokeConfig(r)),
    drop: async (r) => {
      const client = await r.aws().lambda();
      await client.deleteFunctionEventInvokeConfig(invokeConfigKey(r));
    },
  }),
};

/** A function's name, from its name or ARN. */
function functionName(r: Resource, key: string): string {
  return r.text(key).split(":function:").at(-1) ?? "";
}

function invokeArn(r: Resource, arn: string): string {
  const { partition, region } = r.place;
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`;
}

async function findFunction(r: Resource): Promise<Found | undefined> {
  const client = await r.aws().lambda();
  const found = await orAbsent(client.getFunctionConfiguration({ FunctionName: r.text("name") }));
  return found === undefined ? undefined : { id: r.text("name"), props: functionProps(r, found) };
}

function functionProps(r: Resource, found: FunctionConfiguration): Props {
  const arn = found.FunctionArn ?? r.arn("lambda", `function:${r.text("name")}`);
  return {
    arn,
    invokeArn: invokeArn(r, arn),
    codeSha256: found.CodeSha256 ?? "",
    lastModified: found.LastModified ?? "",
    sourceCodeSize: found.CodeSize ?? 0,
    ...(found.MemorySize === undefined ? {} : { memorySize: found.MemorySize }),
    ...(found.Timeout === undefined ? {} : { timeout: found.Timeout }),
    ...(found.Runtime === undefined ? {} : { runtime: found.Runtime }),
    ...(found.Handler === undefined ? {} : { handler: found.Handler }),
  };
}

async function makeFunction(r: Resource): Promise<Found> {
  const client = await r.aws().lambda();
  await client.createFunction({
    ...configurationOf(r),
    ...(awsShape(pick(r.props, "architectures", "packageType")) as Partial<CreateFunctionCommandInput>),
    FunctionName: r.text("name"),
    Role: r.text("role"),
    Code: codeOf(r),
    Publish: r.flag("publish") ?? false,
    Tags: { ...r.tags },
  });
  await concurrency(r, client);
  return { id: r.text("name") };
}

async function settleFunction(r: Resource): Promise<void> {
  if (r.fresh) return;
  const client = await r.aws().lambda();
  const FunctionName = r.text("name");
  await client.updateFunctionCode({ FunctionName, ...codeOf(r), Publish: r.flag("publish") ?? false });
  await client.updateFunctionConfiguration({ FunctionName, ...configurationOf(r), Role: r.text("role") });
  await concurrency(r, client);
  const arn = r.arn("lambda", `function:${FunctionName}`);
  await settleTags(
    r,
    (Tags) => client.tagResource({ Resource: arn, Tags }),
    (TagKeys) => client.untagResource({ Resource: arn, TagKeys }),
  );
}

async function concurrency(r: Resource, client: Lambda): Promise<void> {
  const reserved = r.number("reservedConcurrentExecutions") ?? -1;
  const FunctionName = r.text("name");
  if (reserved >= 0) await client.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: reserved });
  else if (!r.fresh && r.before["reservedConcurrentExecutions"] !== undefined) {
    await orAbsent(client.deleteFunctionConcurrency({ FunctionName }));
  }
}

/** Whether an archive, a file by path, an object in S3, or an image. */
function codeOf(r: Resource): NonNullable<CreateFunctionCommandInput["Code"]> {
  const code = r.props["code"];
  if (typeof code === "string") return { ZipFile: readFileSync(code) };
  if (code !== undefined) return { ZipFile: bytesOf(code) };
  if (r.has("imageUri")) return { ImageUri: r.text("imageUri") };
  return {
    S3Bucket: r.text("s3Bucket"),
    S3Key: r.text("s3Key"),
    ...present({ S3ObjectVersion: r.maybeText("s3ObjectVersion") }),
  };
}

function configurationOf(r: Resource): Omit<CreateFunctionCommandInput, "FunctionName" | "Role" | "Code"> {
  const blocks = pick(r.props, "deadLetterConfig", "ephemeralStorage", "loggingConfig", "tracingConfig");
  return {
    ...(awsShape(blocks) as object),
    ...(awsShape(pick(r.props, "description", "handler", "memorySize", "runtime", "timeout", "layers")) as object),
    ...(r.has("kmsKeyArn") ? { KMSKeyArn: r.text("kmsKeyArn") } : {}),
    ...(r.has("environment") ? { Environment: { Variables: asTextMap(r.block("environment")["variables"]) } } : {}),
    ...(r.has("vpcConfig") ? { VpcConfig: vpcConfig(r) } : {}),
  };
}

function vpcConfig(r: Resource): { SubnetIds: string[]; SecurityGroupIds: string[] } {
  const { subnetIds, securityGroupIds } = r.block("vpcConfig");
  return { SubnetIds: asTexts(subnetIds), SecurityGroupIds: asTexts(securityGroupIds) };
}

function aliasOf(r: Resource): { FunctionName: string; Name: string; FunctionVersion: string } {
  return { FunctionName: r.text("functionName"), Name: r.text("name"), FunctionVersion: r.text("functionVersion") };
}

async function findMapping(r: Resource): Promise<Found | undefined> {
  const client = await r.aws().lambda();
  let mapping: EventSourceMappingConfiguration | undefined;
  if (r.id === "") {
    const name = functionName(r, "functionName");
    const listed = await client.listEventSourceMappings({ EventSourceArn: r.text("eventSourceArn") });
    mapping = listed.EventSourceMappings?.find(({ FunctionArn }) => FunctionArn?.split(":function:").at(-1) === name);
  } else {
    mapping = await orAbsent(client.getEventSourceMapping({ UUID: r.id }));
  }
  if (mapping?.UUID === undefined || mapping.State === "Deleting") return undefined;
  return {
    id: mapping.UUID,
    props: {
      uuid: mapping.UUID,
      functionArn: mapping.FunctionArn ?? "",
      ...(mapping.BatchSize === undefined ? {} : { batchSize: mapping.BatchSize }),
    },
  };
}

/** What both making and updating a mapping take. */
function mappingOf(r: Resource): Partial<CreateEventSourceMappingCommandInput> {
  const { filters } = r.block("filterCriteria");
  const plain = pick(
    r.props,
    "batchSize",
    "bisectBatchOnFunctionError",
    "destinationConfig",
    "enabled",
    "functionResponseTypes",
    "maximumBatchingWindowInSeconds",
    "maximumRecordAgeInSeconds",
    "maximumRetryAttempts",
    "parallelizationFactor",
    "scalingConfig",
    "tumblingWindowInSeconds",
  );
  return {
    ...(awsShape(plain) as Partial<CreateEventSourceMappingCommandInput>),
    ...(filters === undefined ? {} : { FilterCriteria: awsShape({ filters }) as { Filters: { Pattern: string }[] } }),
  };
}

function invokeConfigKey(r: Resource): { FunctionName: string; Qualifier?: string } {
  return { FunctionName: r.text("functionName"), ...present({ Qualifier: r.maybeText("qualifier") }) };
}

async function putInvokeConfig(r: Resource): Promise<void> {
  const client = await r.aws().lambda();
  try {
    await client.putFunctionEventInvokeConfig({
      ...invokeConfigKey(r),
      ...(awsShape(pick(r.props, "destinationConfig", "maximumRetryAttempts", "maximumEventAgeInSeconds")) as object),
    });
  } catch (error) {
    if (!isPresent(error)) throw error;
  }
}
