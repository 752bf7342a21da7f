import type {
  ApiGatewayV2,
  CreateApiCommandInput,
  CreateAuthorizerCommandInput,
  CreateIntegrationCommandInput,
  CreateRouteCommandInput,
  CreateStageCommandInput,
} from "@aws-sdk/client-apigatewayv2";
import { orAbsent } from "../../failures";
import { asTextMap, type Props } from "../../values";
import { always, emulated, idFrom, validated, type Emulation, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { awsShape, pick } from "../shape";
import { settleTags } from "../tags";

export const apigatewayv2: ServiceTable = {
  "aws:apigatewayv2/api:Api": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["protocolType"],
    defaults: {
      apiKeySelectionExpression: "$request.header.x-api-key",
      disableExecuteApiEndpoint: false,
      routeSelectionExpression: "$request.method $request.path",
    },
    outputs: {
      apiEndpoint: (r) => endpoint(r, r.id),
      arn: (r) => r.arn("apigateway", `/apis/${r.id}`, { account: "" }),
      executionArn: (r) => r.arn("execute-api", r.id),
      ipAddressType: always("ipv4"),
    },
    find: async (r) => {
      const client = await r.aws().apigatewayv2();
      if (r.id !== "") return (await orAbsent(client.getApi({ ApiId: r.id }))) === undefined ? undefined : { id: r.id };
      const { Items = [] } = await client.getApis({});
      const mine = Items.find(
        ({ Name, ProtocolType }) => Name === r.text("name") && ProtocolType === r.text("protocolType"),
      );
      return mine?.ApiId === undefined ? undefined : { id: mine.ApiId };
    },
    make: async (r) => {
      const client = await r.aws().apigatewayv2();
      const input = { ...apiOf(r), ProtocolType: r.text("protocolType"), Tags: { ...r.tags } };
      const made = await client.createApi(input as CreateApiCommandInput);
      return { id: made.ApiId ?? "" };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().apigatewayv2();
      await client.updateApi({ ApiId: r.id, ...apiOf(r) });
      const ResourceArn = r.arn("apigateway", `/apis/${r.id}`, { account: "" });
      await settleTags(
        r,
        (Tags) => client.tagResource({ ResourceArn, Tags }),
        (TagKeys) => client.untagResource({ ResourceArn, TagKeys }),
      );
    },
    drop: async (r) => {
      const client = await r.aws().apigatewayv2();
      await client.deleteApi({ ApiId: r.id });
    },
  }),

  "aws:apigatewayv2/stage:Stage": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["apiId", "name"],
    key: ["apiId", "name"],
    defaults: { autoDeploy: false },
    outputs: {
      arn: (r) => r.arn("apigateway", `/apis/${r.text("apiId")}/stages/${r.text("name")}`, { account: "" }),
      executionArn: (r) => r.arn("execute-api", `${r.text("apiId")}/${r.text("name")}`),
      invokeUrl: (r) => {
        const stage = r.text("name");
        return `${endpoint(r, r.text("apiId"))}${stage === "$default" ? "/" : `/${stage}`}`;
      },
      deploymentId: (r) => r.hex(6),
    },
    find: async (r) => {
      const client = await r.aws().apigatewayv2();
      const found = await orAbsent(client.getStage({ ApiId: r.text("apiId"), StageName: r.text("name") }));
      return found === undefined ? undefined : { id: r.text("name") };
    },
    make: async (r) => {
      const client = await r.aws().apigatewayv2();
      await client.createStage({ ...stageOf(r), Tags: { ...r.tags } });
      return { id: r.text("name") };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().apigatewayv2();
      await client.updateStage(stageOf(r));
    },
    drop: async (r) => {
      const client = await r.aws().apigatewayv2();
      await client.deleteStage({ ApiId: r.text("apiId"), StageName: r.text("name") });
    },
  }),

  "aws:apigatewayv2/route:Route": emulated({
    replaceOn: ["apiId"],
    defaults: { apiKeyRequired: false, authorizationType: "NONE" },
    ...part({
      list: async (client, ApiId) => (await client.getRoutes({ ApiId })).Items ?? [],
      id: "RouteId",
      match: (r, item) => item["RouteKey"] === r.text("routeKey"),
      create: async (client, r) => (await client.createRoute(routeOf(r))).RouteId,
      update: (client, r) => client.updateRoute({ ...routeOf(r), RouteId: r.id }),
      remove: (client, ApiId, RouteId) => client.deleteRoute({ ApiId, RouteId }),
    }),
  }),

  "aws:apigatewayv2/integration:Integration": emulated({
    replaceOn: ["apiId", "integrationType", "integrationSubtype"],
    defaults: { connectionType: "INTERNET", payloadFormatVersion: "1.0" },
    outputs: { integrationResponseSelectionExpression: always(""), timeoutMilliseconds: always(30_000) },
    ...part({
      list: async (client, ApiId) => (await client.getIntegrations({ ApiId })).Items ?? [],
      id: "IntegrationId",
      match: (r, item) =>
        item["IntegrationType"] === r.text("integrationType") &&
        (item["IntegrationUri"] ?? "") === (r.maybeText("integrationUri") ?? "") &&
        (item["IntegrationSubtype"] ?? "") === (r.maybeText("integrationSubtype") ?? ""),
      create: async (client, r) => (await client.createIntegration(integrationOf(r))).IntegrationId,
      update: (client, r) => client.updateIntegration({ ...integrationOf(r), IntegrationId: r.id }),
      remove: (client, ApiId, IntegrationId) => client.deleteIntegration({ ApiId, IntegrationId }),
    }),
  }),

  "aws:apigatewayv2/authorizer:Authorizer": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["apiId"],
    ...part({
      list: async (client, ApiId) => (await client.getAuthorizers({ ApiId })).Items ?? [],
      id: "AuthorizerId",
      match: (r, item) => item["Name"] === r.text("name"),
      create: async (client, r) => (await client.createAuthorizer(authorizerOf(r))).AuthorizerId,
      update: (client, r) => client.updateAuthorizer({ ...authorizerOf(r), AuthorizerId: r.id }),
      remove: (client, ApiId, AuthorizerId) => client.deleteAuthorizer({ ApiId, AuthorizerId }),
    }),
  }),

  "aws:apigatewayv2/domainName:DomainName": validated({
    replaceOn: ["domainName"],
    key: ["domainName"],
    outputs: {
      arn: (r) => r.arn("apigateway", `/domainnames/${r.text("domainName")}`, { account: "" }),
      apiMappingSelectionExpression: always("$request.basepath"),
      routingMode: always("API_MAPPING_ONLY"),
    },
    filled: {
      domainNameConfiguration: {
        targetDomainName: (r) => `d-${r.hex(10)}.execute-api.${r.place.region}.amazonaws.com`,
        hostedZoneId: (r) => `Z${r.hex(13, r.place.region).toUpperCase()}`,
      },
    },
    id: idFrom("domainName"),
  }),
  "aws:apigatewayv2/apiMapping:ApiMapping": validated({ replaceOn: ["domainName"], id: (r) => r.hex(6) }),
  "aws:apigatewayv2/vpcLink:VpcLink": validated({
    replaceOn: ["securityGroupIds", "subnetIds"],
    autoName: { property: "name", max: 128 },
    outputs: { arn: (r) => r.arn("apigateway", `/vpclinks/${r.id}`, { account: "" }) },
    id: (r) => r.hex(6),
  }),
};

function endpoint(r: Resource, api: string): string {
  return `https://${api}.execute-api.${r.place.region}.amazonaws.com`;
}

/** A thing inside an API whose id AWS makes up. */
interface Part {
  readonly list: (client: ApiGatewayV2, api: string) => Promise<readonly object[]>;
  readonly id: string;
  readonly match: (r: Resource, item: Readonly<Record<string, unknown>>) => boolean;
  readonly create: (client: ApiGatewayV2, r: Resource) => Promise<string | undefined>;
  readonly update: (client: ApiGatewayV2, r: Resource) => Promise<unknown>;
  readonly remove: (client: ApiGatewayV2, api: string, id: string) => Promise<unknown>;
}

function part({ list, id, match, create, update, remove }: Part): Emulation {
  return {
    find: async (r) => {
      const client = await r.aws().apigatewayv2();
      const items = ((await orAbsent(list(client, r.text("apiId")))) ?? []) as Readonly<Record<string, unknown>>[];
      const mine = items.find((item) => (r.id === "" ? match(r, item) : item[id] === r.id));
      return typeof mine?.[id] === "string" ? { id: mine[id] } : undefined;
    },
    make: async (r) => ({ id: (await create(await r.aws().apigatewayv2(), r)) ?? "" }),
    settle: async (r) => {
      if (!r.fresh) await update(await r.aws().apigatewayv2(), r);
    },
    drop: async (r) => {
      await remove(await r.aws().apigatewayv2(), r.text("apiId"), r.id);
    },
  };
}

function apiOf(r: Resource): Partial<CreateApiCommandInput> {
  const plain = pick(
    r.props,
    "apiKeySelectionExpression",
    "corsConfiguration",
    "description",
    "disableExecuteApiEndpoint",
    "name",
    "routeSelectionExpression",
    "version",
  );
  return awsShape(plain) as Partial<CreateApiCommandInput>;
}

function stageOf(r: Resource): CreateStageCommandInput {
  return {
    ...(awsShape(pick(r.props, "accessLogSettings", "autoDeploy", "description", "defaultRouteSettings")) as object),
    ApiId: r.text("apiId"),
    StageName: r.text("name"),
    ...(r.has("stageVariables") ? { StageVariables: r.map("stageVariables") } : {}),
    ...(r.has("routeSettings") ? { RouteSettings: routeSettings(r) } : {}),
  };
}

function routeSettings(r: Resource): NonNullable<CreateStageCommandInput["RouteSettings"]> {
  const entries = r.list("routeSettings").map(({ routeKey, ...rest }: Props) => [routeKey, awsShape(rest)] as const);
  return Object.fromEntries(entries) as NonNullable<CreateStageCommandInput["RouteSettings"]>;
}

function routeOf(r: Resource): CreateRouteCommandInput {
  const plain = pick(
    r.props,
    "apiId",
    "apiKeyRequired",
    "authorizationScopes",
    "authorizationType",
    "authorizerId",
    "operationName",
    "routeKey",
    "target",
  );
  return awsShape(plain) as CreateRouteCommandInput;
}

function integrationOf(r: Resource): CreateIntegrationCommandInput {
  const plain = pick(
    r.props,
    "apiId",
    "connectionId",
    "connectionType",
    "description",
    "integrationMethod",
    "integrationSubtype",
    "integrationType",
    "integrationUri",
    "passthroughBehavior",
    "payloadFormatVersion",
    "tlsConfig",
  );
  return {
    ...(awsShape(plain) as CreateIntegrationCommandInput),
    ...(r.has("credentialsArn") ? { CredentialsArn: r.text("credentialsArn") } : {}),
    ...(r.has("timeoutMilliseconds") ? { TimeoutInMillis: r.number("timeoutMilliseconds") } : {}),
    ...(r.has("requestParameters") ? { RequestParameters: asTextMap(r.props["requestParameters"]) } : {}),
  };
}

function authorizerOf(r: Resource): CreateAuthorizerCommandInput {
  const plain = pick(
    r.props,
    "apiId",
    "authorizerCredentialsArn",
    "authorizerPayloadFormatVersion",
    "authorizerResultTtlInSeconds",
    "authorizerType",
    "authorizerUri",
    "enableSimpleResponses",
    "name",
  );
  const { audiences, issuer } = r.block("jwtConfiguration");
  const jwt = { audience: audiences ?? [], ...(issuer === undefined ? {} : { issuer }) };
  return {
    ...(awsShape(plain) as CreateAuthorizerCommandInput),
    ...(r.has("identitySources") ? { IdentitySource: r.texts("identitySources") } : {}),
    ...(r.has("jwtConfiguration") ? { JwtConfiguration: awsShape(jwt) as object } : {}),
  };
}
