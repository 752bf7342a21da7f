import { at, list, UNKNOWN } from "../value";
import type { Value } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestSpec, RequestTable, Target } from "../requests/spec";

const SET = "ChangeBatch.Changes.0.ResourceRecordSet";

const HEALTH_CHECK: Readonly<Record<string, Target>> = {
  childHealthThreshold: "HealthThreshold",
  cloudwatchAlarmName: "AlarmIdentifier.Name",
  cloudwatchAlarmRegion: "AlarmIdentifier.Region",
  fqdn: "FullyQualifiedDomainName",
  invertHealthcheck: "Inverted",
  // The provider sets a time behind the name, so that each request is a new one.
  referenceName: turned("/CallerReference", () => UNKNOWN),
};

const tagsOf = (ResourceType: string): RequestSpec =>
  request(
    "route53:ChangeTagsForResource",
    { tags: "AddTags" },
    { adds: { ResourceType, ResourceId: UNKNOWN }, when: ["tags"] },
  );

/** What tells records of one name apart: a routing policy's only values stand in the record set itself. */
const ROUTING: Readonly<Record<string, Target>> = {
  cidrRoutingPolicy: `${SET}.CidrRoutingConfig`,
  failoverRoutingPolicies: turned(`${SET}.Failover`, (policies) => only(policies, "type")),
  geolocationRoutingPolicies: `${SET}.GeoLocation`,
  "geolocationRoutingPolicies.continent": "ContinentCode",
  "geolocationRoutingPolicies.country": "CountryCode",
  "geolocationRoutingPolicies.subdivision": "SubdivisionCode",
  geoproximityRoutingPolicy: `${SET}.GeoProximityLocation`,
  latencyRoutingPolicies: turned(`${SET}.Region`, (policies) => only(policies, "region")),
  multivalueAnswerRoutingPolicy: `${SET}.MultiValueAnswer`,
  weightedRoutingPolicies: turned(`${SET}.Weight`, (policies) => only(policies, "weight")),
};

function only(policies: Value, property: string): Value {
  return at(list({ policies }, "policies")[0], property);
}

export const requests: RequestTable = {
  "aws:route53/zone:Zone": type(
    [
      request(
        "route53:CreateHostedZone",
        {
          comment: "HostedZoneConfig.Comment",
          // A private zone is made with its first network; the others are added to it.
          vpcs: turned("VPC", (networks) => list({ networks }, "networks")[0]),
        },
        { adds: { CallerReference: UNKNOWN } },
      ),
      request("route53:AssociateVPCWithHostedZone", { vpcs: "VPC" }, { adds: { HostedZoneId: UNKNOWN }, each: "vpcs" }),
      request(
        "route53:UpdateHostedZoneFeatures",
        { enableAcceleratedRecovery: "EnableAcceleratedRecovery" },
        { adds: { HostedZoneId: UNKNOWN }, when: ["enableAcceleratedRecovery"] },
      ),
      tagsOf("hostedzone"),
    ],
    { forceDestroy: "done when the zone is deleted" },
  ),
  "aws:route53/record:Record": type(
    request(
      "route53:ChangeResourceRecordSets",
      {
        ...ROUTING,
        aliases: `${SET}.AliasTarget`,
        "aliases.name": "DNSName",
        "aliases.zoneId": "HostedZoneId",
        allowOverwrite: turned("ChangeBatch.Changes.0.Action", (may) => (may === true ? "UPSERT" : "CREATE")),
        healthCheckId: `${SET}.HealthCheckId`,
        name: `${SET}.Name`,
        records: turned(`${SET}.ResourceRecords`, (records) =>
          list({ records }, "records").map((record) => ({ Value: record })),
        ),
        setIdentifier: `${SET}.SetIdentifier`,
        ttl: `${SET}.TTL`,
        type: `${SET}.Type`,
        zoneId: "HostedZoneId",
      },
      { adds: { ChangeBatch: { Changes: [{ Action: "CREATE" }] } } },
    ),
  ),
  "aws:route53/healthCheck:HealthCheck": type(
    [
      request("route53:CreateHealthCheck", HEALTH_CHECK, {
        within: "HealthCheckConfig",
        adds: { CallerReference: UNKNOWN },
      }),
      tagsOf("healthcheck"),
    ],
    { triggers: "says when the provider sends the check again" },
  ),
};
