import { arnOf } from "../../kit/arn";
import type { Grant } from "../../kit/grant";
import type { Scope } from "../../kit/scope";

/** An ECR repository, or its replica in the scope's region: both have the name that the home region computed. */
export class RepositoryRef {
  readonly #scope: Scope;
  readonly #name: string;

  constructor(scope: Scope, name: string) {
    this.#scope = scope;
    this.#name = name;
  }

  /** docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html, "pulling"; the token has no resource. */
  allowPull(): Grant {
    return {
      allow: [
        {
          sid: "PullImages",
          actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
          resources: [arnOf(this.#scope, "ecr", `repository/${this.#name}`)],
        },
        { sid: "LogInToRegistry", actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
      ],
      address: this.#name,
    };
  }
}
