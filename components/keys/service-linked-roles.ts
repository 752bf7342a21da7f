import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuse, type Finding } from "../kit/refuse";
import { wantDistinct, wantMatch } from "../kit/want";

export interface ServiceLinkedRolesArgs {
  /** Services, e.g. `autoscaling.amazonaws.com`, whose role is missing in the account. */
  readonly services: readonly string[];
}

/** Findings about the arguments, by path. */
export function checkServiceLinkedRoles({ services }: ServiceLinkedRolesArgs): Finding[] {
  return [
    ...wantDistinct("services", services, "services", 0),
    ...services.flatMap((service, index) =>
      wantMatch(
        `services[${index}]`,
        service,
        /^[a-z0-9.-]+\.amazonaws\.com$/,
        "a service like autoscaling.amazonaws.com",
      ),
    ),
  ];
}

/**
 * Roles by which services act in the account, made before the first resource needs one: the account has one of each, which
 * whatever else runs there uses too, so they stay when the stack goes.
 */
export class ServiceLinkedRoles extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceLinkedRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`service-linked roles "${name}"`, checkServiceLinkedRoles(args));
    super("meridian:keys:ServiceLinkedRoles", name, {}, opts);
    for (const awsServiceName of args.services) {
      const [service = awsServiceName] = awsServiceName.split(".");
      new aws.iam.ServiceLinkedRole(`${name}-${service}`, { awsServiceName }, { parent: this, retainOnDelete: true });
    }
    this.registerOutputs({ services: [...args.services] });
  }
}
