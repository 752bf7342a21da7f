import { always, validated, type ServiceTable } from "../define";
import type { Resource } from "../resource";

/** `app`, `net` or `gwy`, as load balancers' ARNs have it. */
const kind = (r: Resource): string =>
  ({ network: "net", gateway: "gwy" })[r.maybeText("loadBalancerType") ?? ""] ?? "app";
const tail = (r: Resource): string => `${r.text("name")}/${r.hex(16)}`;

/** Elastic Load Balancing v2. */
export const elbv2: ServiceTable = {
  "aws:lb/loadBalancer:LoadBalancer": validated({
    autoName: { property: "name", max: 32 },
    replaceOn: ["name", "internal", "loadBalancerType", "subnetMappings"],
    defaults: { enableDeletionProtection: false, idleTimeout: 60, loadBalancerType: "application" },
    outputs: {
      arn: (r) => r.id,
      arnSuffix: (r) => `${kind(r)}/${tail(r)}`,
      dnsName: (r) => {
        const host = `${r.text("name")}-${r.hex(10)}`;
        return `${r.flag("internal") === true ? "internal-" : ""}${host}.${r.place.region}.elb.amazonaws.com`;
      },
      internal: always(false),
      ipAddressType: always("ipv4"),
      securityGroups: always([]),
      subnets: always([]),
      vpcId: (r) => `vpc-0${r.hex(16)}`,
      zoneId: always("Z35SXDOTRQ7X7K"),
    },
    id: (r) => r.arn("elasticloadbalancing", `loadbalancer/${kind(r)}/${tail(r)}`),
  }),
  "aws:lb/targetGroup:TargetGroup": validated({
    autoName: { property: "name", max: 32 },
    replaceOn: ["name", "port", "protocol", "protocolVersion", "targetType", "vpcId"],
    defaults: { targetType: "instance" },
    outputs: { arn: (r) => r.id, arnSuffix: (r) => `targetgroup/${tail(r)}`, loadBalancerArns: always([]) },
    id: (r) => r.arn("elasticloadbalancing", `targetgroup/${tail(r)}`),
  }),
  "aws:lb/listener:Listener": validated({
    replaceOn: ["loadBalancerArn"],
    outputs: { arn: (r) => r.id },
    id: (r) => `${r.text("loadBalancerArn").replace(":loadbalancer/", ":listener/")}/${r.hex(16)}`,
  }),
  "aws:lb/listenerRule:ListenerRule": validated({
    replaceOn: ["listenerArn"],
    outputs: { arn: (r) => r.id, priority: always(1) },
    id: (r) => `${r.text("listenerArn").replace(":listener/", ":listener-rule/")}/${r.hex(16)}`,
  }),
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": validated({
    replaceOn: ["*"],
    id: (r) => `${r.text("targetGroupArn")}-${r.hex(26)}`,
  }),
};
