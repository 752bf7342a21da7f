import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuse, type Finding } from "../kit/refuse";
import { keepData, type Scope } from "../kit/scope";
import { wantMatch } from "../kit/want";
import { DOMAIN } from "./hosts";

/** Arguments of {@link EdgeZone}. */
export interface EdgeZoneArgs {
  readonly scope: Scope;
  /** Domain of the environment, e.g. `prod.example.com`. */
  readonly domain: string;
}

/** Findings about the arguments, all of them. */
export function checkEdgeZone(args: EdgeZoneArgs): Finding[] {
  return wantMatch("domain", args.domain, DOMAIN, "a DNS name such as prod.example.com");
}

/**
 * The environment's public zone. It belongs to the foundation: the regions prove their certificates in it. Its name
 * servers must be entered at the parent domain once.
 * @throws InputPropertiesError listing every bad argument.
 */
export class EdgeZone extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: EdgeZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`EdgeZone ${name}`, checkEdgeZone(args));
    super("meridian:edge:EdgeZone", name, {}, opts);
    const zone = new aws.route53.Zone(
      name,
      { name: args.domain, comment: `Meridian ${args.scope.environment}`, forceDestroy: false },
      // A zone made again has other name servers: the parent domain would point nowhere.
      { parent: this, ...keepData(args.scope) },
    );
    this.zoneId = zone.zoneId;
    this.nameServers = zone.nameServers;
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers });
  }
}
