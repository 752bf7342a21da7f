import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { scopeTags } from "../components/kit/scope";
import type { Scope } from "../components/kit/scope";

/** Where an example's resources belong: put your own account and region here. */
export const SCOPE: Scope = {
  prefix: "example",
  environment: "trial",
  region: "eu-west-1",
  partition: "aws",
  account: "111122223333",
  zone: "eu",
  data: "retained",
};

/** The provider of an example: one region, one account, the scope's tags. */
export function providers(scope: Scope = SCOPE): pulumi.ComponentResourceOptions {
  const provider = new aws.Provider("aws", {
    region: scope.region as aws.Region,
    allowedAccountIds: [scope.account],
    defaultTags: { tags: scopeTags(scope) },
  });
  return { providers: { aws: provider } };
}
