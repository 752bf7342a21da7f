/**
 * A service of one's own beside a region of Meridian: an instance role that may read the region's recommendations, under
 * the table's key, and nothing else. The owner of a thing hands out the right to use it; nobody writes an action list.
 */
import * as pulumi from "@pulumi/pulumi";
import { trustPlain } from "../../components/kit/iam";
import { createInstanceRole } from "../../components/parts/role";
import { TableRef } from "../../components/parts/refs/table";
import { tableKeyAlias } from "../../components/tables/table-keys";
import { regionOutputsSchema } from "../../contracts/outputs/region";
import { providers, SCOPE } from "../scope";

/** The region's stack, by `pulumi config set region organization/meridian/prod.eu-west-1`. */
const region = new pulumi.StackReference(new pulumi.Config().get("region") ?? "organization/meridian/trial.eu-west-1");

// Names of tables are computed, so that a role can name a table that another stack owns.
const recommendations = new TableRef(SCOPE, {
  name: "example-trial-eu-recommendations",
  keyAlias: tableKeyAlias(SCOPE),
});

class Newsletter extends pulumi.ComponentResource {
  readonly profile: pulumi.Output<string>;

  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("example:newsletter:Newsletter", name, {}, opts);
    const { profile } = createInstanceRole(
      name,
      {
        scope: SCOPE,
        part: "newsletter",
        trust: trustPlain("ec2.amazonaws.com"),
        grants: [recommendations.allow("Query")],
      },
      this,
    );
    this.profile = profile.name;
    this.registerOutputs({ profile: this.profile });
  }
}

export const profile = new Newsletter("newsletter", providers()).profile;

/** The address that visitors use, read by the contract of a region's outputs. */
export const collectorUrl = region
  .getOutput("publicCollectorUrl")
  .apply((url: unknown) => regionOutputsSchema.shape.publicCollectorUrl.safeParse(url).data ?? "the region is not up");
