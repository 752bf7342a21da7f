import { UNKNOWN } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable, Target } from "../requests/spec";

type Members = Readonly<Record<string, Target>>;

/** A setting that AWS keeps in a list of keys and values. */
function attribute(key: string): Target {
  return turned("Attributes", (value) => [{ Key: key, Value: value }]);
}

/** Where a load balancer writes logs of a kind. */
function logs(property: string, key: string): Members {
  return {
    [property]: "",
    [`${property}.bucket`]: attribute(`${key}.s3.bucket`),
    [`${property}.enabled`]: attribute(`${key}.s3.enabled`),
    [`${property}.prefix`]: attribute(`${key}.s3.prefix`),
  };
}

const LOAD_BALANCER_ATTRIBUTES: Members = {
  ...logs("accessLogs", "access_logs"),
  ...logs("connectionLogs", "connection_logs"),
  ...logs("healthCheckLogs", "health_check_logs"),
  clientKeepAlive: attribute("client_keep_alive.seconds"),
  desyncMitigationMode: attribute("routing.http.desync_mitigation_mode"),
  dnsRecordClientRoutingPolicy: attribute("dns_record.client_routing_policy"),
  dropInvalidHeaderFields: attribute("routing.http.drop_invalid_header_fields.enabled"),
  enableCrossZoneLoadBalancing: attribute("load_balancing.cross_zone.enabled"),
  enableDeletionProtection: attribute("deletion_protection.enabled"),
  enableHttp2: attribute("routing.http2.enabled"),
  enableTlsVersionAndCipherSuiteHeaders: attribute("routing.http.x_amzn_tls_version_and_cipher_suite.enabled"),
  enableWafFailOpen: attribute("waf.fail_open.enabled"),
  enableXffClientPort: attribute("routing.http.xff_client_port.enabled"),
  enableZonalShift: attribute("zonal_shift.config.enabled"),
  idleTimeout: attribute("idle_timeout.timeout_seconds"),
  preserveHostHeader: attribute("routing.http.preserve_host_header.enabled"),
  secondaryIpsAutoAssignedPerSubnet: attribute("secondary_ips.auto_assigned.per_subnet"),
  xffHeaderProcessingMode: attribute("routing.http.xff_header_processing.mode"),
};

/** How many healthy targets a group needs before something is done. */
function health(property: string, key: string): Members {
  return {
    [property]: "",
    [`${property}.minimumHealthyTargetsCount`]: attribute(`${key}.minimum_healthy_targets.count`),
    [`${property}.minimumHealthyTargetsPercentage`]: attribute(`${key}.minimum_healthy_targets.percentage`),
  };
}

const TARGET_GROUP_ATTRIBUTES: Members = {
  connectionTermination: attribute("deregistration_delay.connection_termination.enabled"),
  deregistrationDelay: attribute("deregistration_delay.timeout_seconds"),
  lambdaMultiValueHeadersEnabled: attribute("lambda.multi_value_headers.enabled"),
  loadBalancingAlgorithmType: attribute("load_balancing.algorithm.type"),
  loadBalancingAnomalyMitigation: attribute("load_balancing.algorithm.anomaly_mitigation"),
  loadBalancingCrossZoneEnabled: attribute("load_balancing.cross_zone.enabled"),
  preserveClientIp: attribute("preserve_client_ip.enabled"),
  proxyProtocolV2: attribute("proxy_protocol_v2.enabled"),
  slowStart: attribute("slow_start.duration_seconds"),
  stickiness: "",
  "stickiness.cookieDuration": turned("Attributes", (seconds, _inputs, { type: kind }) => [
    { Key: `stickiness.${kind === "app_cookie" ? "app_cookie" : "lb_cookie"}.duration_seconds`, Value: seconds },
  ]),
  "stickiness.cookieName": attribute("stickiness.app_cookie.cookie_name"),
  "stickiness.enabled": attribute("stickiness.enabled"),
  "stickiness.type": attribute("stickiness.type"),
  targetFailovers: "",
  "targetFailovers.onDeregistration": attribute("target_failover.on_deregistration"),
  "targetFailovers.onUnhealthy": attribute("target_failover.on_unhealthy"),
  targetGroupHealth: "",
  ...health("targetGroupHealth.dnsFailover", "target_group_health.dns_failover"),
  ...health("targetGroupHealth.unhealthyStateRouting", "target_group_health.unhealthy_state_routing"),
  targetHealthStates: "",
  "targetHealthStates.enableUnhealthyConnectionTermination": attribute(
    "target_health_state.unhealthy.connection_termination.enabled",
  ),
  "targetHealthStates.unhealthyDrainingInterval": attribute("target_health_state.unhealthy.draining_interval_seconds"),
};

/** Headers that a listener names or sets: `routing.http.<way>.<header>.header_<what>`. */
const HEADERS = {
  request: {
    what: "header_name",
    headers: {
      XAmznMtlsClientcert: "x_amzn_mtls_clientcert",
      XAmznMtlsClientcertIssuer: "x_amzn_mtls_clientcert_issuer",
      XAmznMtlsClientcertLeaf: "x_amzn_mtls_clientcert_leaf",
      XAmznMtlsClientcertSerialNumber: "x_amzn_mtls_clientcert_serial_number",
      XAmznMtlsClientcertSubject: "x_amzn_mtls_clientcert_subject",
      XAmznMtlsClientcertValidity: "x_amzn_mtls_clientcert_validity",
      XAmznTlsCipherSuite: "x_amzn_tls_cipher_suite",
      XAmznTlsVersion: "x_amzn_tls_version",
    },
  },
  response: {
    what: "header_value",
    headers: {
      AccessControlAllowCredentials: "access_control_allow_credentials",
      AccessControlAllowHeaders: "access_control_allow_headers",
      AccessControlAllowMethods: "access_control_allow_methods",
      AccessControlAllowOrigin: "access_control_allow_origin",
      AccessControlExposeHeaders: "access_control_expose_headers",
      AccessControlMaxAge: "access_control_max_age",
      ContentSecurityPolicy: "content_security_policy",
      StrictTransportSecurity: "strict_transport_security",
      XContentTypeOptions: "x_content_type_options",
      XFrameOptions: "x_frame_options",
    },
  },
} as const;

const LISTENER_ATTRIBUTES: Members = {
  ...Object.fromEntries(
    Object.entries(HEADERS).flatMap(([way, { what, headers }]) =>
      Object.entries(headers).map(([header, key]) => [
        `routingHttp${way === "request" ? "Request" : "Response"}${header}Header${what === "header_name" ? "Name" : "Value"}`,
        attribute(`routing.http.${way}.${key}.${what}`),
      ]),
    ),
  ),
  routingHttpResponseServerEnabled: attribute("routing.http.response.server.enabled"),
  tcpIdleTimeoutSeconds: attribute("tcp.idle_timeout.seconds"),
};

/** What a listener or a rule does with a request. */
function actions(property: string): Members {
  return {
    [`${property}.authenticateCognito`]: "AuthenticateCognitoConfig",
    [`${property}.authenticateOidc`]: "AuthenticateOidcConfig",
    [`${property}.fixedResponse`]: "FixedResponseConfig",
    [`${property}.forward`]: "ForwardConfig",
    [`${property}.forward.stickiness`]: "TargetGroupStickinessConfig",
    [`${property}.forward.stickiness.duration`]: "DurationSeconds",
    [`${property}.forward.targetGroups.arn`]: "TargetGroupArn",
    [`${property}.jwtValidation`]: "JwtValidationConfig",
    [`${property}.redirect`]: "RedirectConfig",
  };
}

/** A rule's condition names the field that it looks at. */
function condition(field: string, member: string): readonly Exclude<Target, readonly unknown[]>[] {
  return [member, turned("Field", () => field)];
}

/** Elastic Load Balancing of the second generation: application, network and gateway load balancers. */
export const requests: RequestTable = {
  "aws:lb/loadBalancer:LoadBalancer": type(
    [
      request(
        "elbv2:CreateLoadBalancer",
        {
          internal: turned("Scheme", (internal) => (internal === true ? "internal" : "internet-facing")),
          loadBalancerType: "Type",
          securityGroups: "SecurityGroups",
        },
        { adds: { Name: UNKNOWN } },
      ),
      request("elbv2:ModifyLoadBalancerAttributes", LOAD_BALANCER_ATTRIBUTES, {
        adds: { LoadBalancerArn: UNKNOWN },
        when: Object.keys(LOAD_BALANCER_ATTRIBUTES).filter((property) => !property.includes(".")),
      }),
      request(
        "elbv2:SetSecurityGroups",
        {
          enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
          securityGroups: "SecurityGroups",
        },
        { adds: { LoadBalancerArn: UNKNOWN }, when: ["enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] },
      ),
      request(
        "elbv2:ModifyCapacityReservation",
        { minimumLoadBalancerCapacity: "MinimumLoadBalancerCapacity" },
        { adds: { LoadBalancerArn: UNKNOWN }, when: ["minimumLoadBalancerCapacity"] },
      ),
    ],
    { "subnetMappings.outpostId": "AWS knows it by the subnet" },
  ),
  "aws:lb/targetGroup:TargetGroup": type([
    request(
      "elbv2:CreateTargetGroup",
      {
        healthCheck: "",
        "healthCheck.enabled": "HealthCheckEnabled",
        "healthCheck.healthyThreshold": "HealthyThresholdCount",
        "healthCheck.interval": "HealthCheckIntervalSeconds",
        "healthCheck.matcher": turned("Matcher", (codes, { protocolVersion }) =>
          protocolVersion === "GRPC" ? { GrpcCode: codes } : { HttpCode: codes },
        ),
        "healthCheck.path": "HealthCheckPath",
        "healthCheck.port": "HealthCheckPort",
        "healthCheck.protocol": "HealthCheckProtocol",
        "healthCheck.timeout": "HealthCheckTimeoutSeconds",
        "healthCheck.unhealthyThreshold": "UnhealthyThresholdCount",
      },
      { adds: { Name: UNKNOWN } },
    ),
    request("elbv2:ModifyTargetGroupAttributes", TARGET_GROUP_ATTRIBUTES, {
      adds: { TargetGroupArn: UNKNOWN },
      when: Object.keys(TARGET_GROUP_ATTRIBUTES).filter((property) => !property.includes(".")),
    }),
  ]),
  "aws:lb/listener:Listener": type([
    request("elbv2:CreateListener", {
      ...actions("defaultActions"),
      certificateArn: "Certificates.0.CertificateArn",
    }),
    request("elbv2:ModifyListenerAttributes", LISTENER_ATTRIBUTES, {
      adds: { ListenerArn: UNKNOWN },
      when: Object.keys(LISTENER_ATTRIBUTES),
    }),
  ]),
  "aws:lb/listenerRule:ListenerRule": type(
    request(
      "elbv2:CreateRule",
      {
        ...actions("actions"),
        "conditions.hostHeader": condition("host-header", "HostHeaderConfig"),
        "conditions.httpHeader": condition("http-header", "HttpHeaderConfig"),
        "conditions.httpRequestMethod": condition("http-request-method", "HttpRequestMethodConfig"),
        "conditions.pathPattern": condition("path-pattern", "PathPatternConfig"),
        "conditions.queryStrings": condition("query-string", "QueryStringConfig.Values"),
        "conditions.sourceIp": condition("source-ip", "SourceIpConfig"),
      },
      { adds: { Priority: UNKNOWN } },
    ),
  ),
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": type(
    request("elbv2:RegisterTargets", {
      availabilityZone: "Targets.0.AvailabilityZone",
      port: "Targets.0.Port",
      quicServerId: "Targets.0.QuicServerId",
      targetId: "Targets.0.Id",
    }),
  ),
};
