import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import { scopeTags } from "../components/kit/scope";
import type { Scope } from "../components/kit/scope";

/**
 * One AWS provider a stack, for its home region and for one account only: a process of it costs hundreds of MB, and
 * resources of other regions say so themselves. Default providers are off (`Pulumi.yaml`), so that nothing can land
 * in a region that nobody named.
 */
export function stackProviders(scope: Scope): { aws: aws.Provider; awsx: awsx.Provider } {
  return {
    aws: new aws.Provider("aws", {
      region: scope.region as aws.Region,
      allowedAccountIds: [scope.account],
      defaultTags: { tags: scopeTags(scope) },
    }),
    awsx: new awsx.Provider("awsx", {}),
  };
}
