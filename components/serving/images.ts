import { dnsSuffixOf } from "../../aws/facts";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { refuse } from "../kit/refuse";
import type { Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { keepData } from "../kit/scope";
import { wantDistinct, wantInteger } from "../kit/want";

/** Container images of the platform: the recommendation API, and the model's inference server. */
export const IMAGES = ["api", "inference"] as const;
export type Image = (typeof IMAGES)[number];

/** What each image is built by, from the checkout's root, which is the context of the build: see docs/images.md. */
export const DOCKERFILES: Readonly<Record<Image, string>> = {
  api: "services/api/Dockerfile",
  inference: "services/model-server/Dockerfile",
};

export interface ImageRepositoriesArgs {
  /** Of the home region, where images are pushed. */
  readonly scope: Scope;
  /** Regions that get a copy of every image: one that is lost must not be needed to start a container elsewhere. */
  readonly replicaRegions: readonly string[];
  /** Untagged images are dropped after so many days. @default 14 */
  readonly untaggedDays?: number;
}

/** Findings about the arguments, by path. */
export function checkImageRepositories({ replicaRegions, untaggedDays }: ImageRepositoriesArgs): Finding[] {
  return [
    ...wantDistinct("replicaRegions", replicaRegions, "replica regions", 0),
    ...wantInteger("untaggedDays", untaggedDays ?? 14, "days", { min: 1 }),
  ];
}

/** Name of an image's repository: the same in every region, since a replica keeps its source's name. */
export function repositoryName(home: Scope, image: Image): string {
  return nameOf(home, image, "repository");
}

/** Address of an image in a region's own registry. */
export function imageUri(home: Scope, region: string, image: Image, tag: string): string {
  return `${home.account}.dkr.ecr.${region}.${dnsSuffixOf(home.partition)}/${repositoryName(home, image)}:${tag}`;
}

/** Repositories with immutable tags, scanned on push and replicated to every region. */
export class ImageRepositories extends pulumi.ComponentResource {
  /** URL by image, in the home region. */
  readonly urls: Readonly<Record<Image, pulumi.Output<string>>>;

  constructor(name: string, args: ImageRepositoriesArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`image repositories "${name}"`, checkImageRepositories(args));
    super("meridian:serving:ImageRepositories", name, {}, opts);
    this.replicate(name, args);
    this.urls = {
      api: this.createRepository(name, args, "api"),
      inference: this.createRepository(name, args, "inference"),
    };
    this.registerOutputs({ urls: this.urls });
  }

  private createRepository(
    name: string,
    { scope, untaggedDays }: ImageRepositoriesArgs,
    image: Image,
  ): pulumi.Output<string> {
    const repository = new aws.ecr.Repository(
      `${name}-${image}`,
      {
        name: repositoryName(scope, image),
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        forceDelete: scope.data === "disposable",
      },
      { parent: this, ...keepData(scope) },
    );
    new aws.ecr.LifecyclePolicy(
      `${name}-${image}`,
      {
        repository: repository.name,
        policy: JSON.stringify({
          rules: [
            {
              rulePriority: 1,
              description: "Layers of builds that were never tagged",
              selection: {
                tagStatus: "untagged",
                countType: "sinceImagePushed",
                countUnit: "days",
                countNumber: untaggedDays ?? 14,
              },
              action: { type: "expire" },
            },
          ],
        }),
      },
      { parent: this },
    );
    return repository.repositoryUrl;
  }

  private replicate(name: string, { scope, replicaRegions }: ImageRepositoriesArgs): void {
    if (replicaRegions.length === 0) return;
    new aws.ecr.ReplicationConfiguration(
      name,
      {
        replicationConfiguration: {
          rules: [
            {
              destinations: [...replicaRegions].sort().map((region) => ({ region, registryId: scope.account })),
              repositoryFilters: [{ filter: `${scope.prefix}-${scope.environment}`, filterType: "PREFIX_MATCH" }],
            },
          ],
        },
      },
      { parent: this },
    );
  }
}
