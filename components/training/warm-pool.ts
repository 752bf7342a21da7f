import type * as aws from "@pulumi/aws";
import { arnOf } from "../kit/arn";
import type { Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import { finding, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger } from "../kit/want";
import { DEFAULTS, type TrainingArgs, type WarmPool } from "./contract";

/** Seconds that a lifecycle hook may wait: docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
const HOOK_SECONDS = { min: 30, max: 7200 } as const;

/** A week: a daily run takes instances that have been in the pool for a day, which must not end in the middle of it. */
const POOLED_SECONDS = 604_800;

/** Name of the hook that keeps an instance from being stopped, or used, before it is ready. */
export const READY_HOOK = "ready";

/** Findings about the warm pool and of what AWS does not take beside one. */
export function checkWarmPool(args: TrainingArgs): Finding[] {
  const { warmPool, instanceTypes, maxInstances } = args;
  if (warmPool === undefined) return [];
  const onDemandPercent = args.onDemandPercentAboveBase ?? DEFAULTS.onDemandPercentAboveBase;
  return [
    ...wantInteger("warmPool.minInstances", warmPool.minInstances, "instances", { min: 1, max: maxInstances }),
    ...wantInteger("warmPool.bootSeconds", warmPool.bootSeconds ?? DEFAULTS.bootSeconds, "seconds", HOOK_SECONDS),
    ...(instanceTypes.length > 1
      ? [finding("instanceTypes", "one type beside a warm pool", instanceTypes.join(", "))]
      : []),
    ...(onDemandPercent < 100
      ? [finding("onDemandPercentAboveBase", "100 beside a warm pool: it has no spot instances", onDemandPercent)]
      : []),
  ];
}

/** What the group is given in place of its mix of types: the pool, the hook, and a refresh of what is outdated. */
export function warmGroup(
  pool: WarmPool,
  template: aws.ec2.LaunchTemplate,
): Pick<
  aws.autoscaling.GroupArgs,
  "warmPool" | "initialLifecycleHooks" | "launchTemplate" | "instanceRefresh" | "maxInstanceLifetime"
> {
  return {
    maxInstanceLifetime: POOLED_SECONDS,
    launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
    warmPool: { poolState: "Stopped", minSize: pool.minInstances },
    initialLifecycleHooks: [
      {
        name: READY_HOOK,
        lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
        heartbeatTimeout: pool.bootSeconds ?? DEFAULTS.bootSeconds,
        // An instance that could not be made ready is of no use: another is made in its place.
        defaultResult: "ABANDON",
      },
    ],
    // A stopped instance holds the programs of its first boot; without a refresh it would run them after a deployment.
    instanceRefresh: { strategy: "Rolling", preferences: { minHealthyPercentage: 0 } },
  };
}

/** What an instance needs to say that it is ready: the group is this component's own. */
export function allowReady(scope: Scope): Allow {
  const group = nameOf(scope, "training", "autoScalingGroup");
  return {
    sid: "SayReady",
    actions: ["autoscaling:CompleteLifecycleAction"],
    resources: [arnOf(scope, "autoscaling", `autoScalingGroup:*:autoScalingGroupName/${group}`)],
  };
}

/**
 * Run at each boot, the first one at the end of the installation: tells the group that the instance is ready, and
 * starts the workers when it is to work. An instance on its way into the pool takes no shard, since it is stopped next.
 */
export function readyUnit(scope: Scope): string {
  const group = nameOf(scope, "training", "autoScalingGroup");
  return `cat > /usr/local/bin/meridian-ready <<'READY'
#!/bin/bash
set -euo pipefail
metadata=http://169.254.169.254/latest
token=$(curl --silent --fail --request PUT --header "X-aws-ec2-metadata-token-ttl-seconds: 300" $metadata/api/token)
ask() { curl --silent --fail --retry 5 --header "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"; }
target=$(ask autoscaling/target-lifecycle-state)
# Without a hook that waits, as after a plain reboot, there is nothing to complete.
aws autoscaling complete-lifecycle-action --region ${scope.region} --auto-scaling-group-name ${group} \\
  --lifecycle-hook-name ${READY_HOOK} --lifecycle-action-result CONTINUE --instance-id "$(ask instance-id)" || true
[ "$target" = InService ] || exit 0
for worker in $(seq 1 $(( ($(nproc) + 1) / 2 ))); do
  systemctl start --no-block "meridian-training@$worker.service"
done
READY
chmod +x /usr/local/bin/meridian-ready
cat > /etc/systemd/system/meridian-ready.service <<'UNIT'
[Unit]
Description=Meridian: ready, and at work when asked
After=network-online.target
Wants=network-online.target
[Service]
Type=oneshot
ExecStart=/usr/local/bin/meridian-ready
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now meridian-ready.service
`;
}
