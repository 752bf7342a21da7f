import {
  DescribeImagesCommand,
  ECRClient,
  ImageNotFoundException,
  RepositoryNotFoundException,
} from "@aws-sdk/client-ecr";
import type { Finding } from "../../contracts/finding";
import type { Gate } from "./gate";

/** Whether a repository of the home region has an image of a tag. */
export type HasImage = (repository: string, tag: string) => Promise<boolean>;

/** Asks ECR in a region. */
export function ecrImages(region: string, endpoint?: string): HasImage {
  const client = new ECRClient({ region, ...(endpoint === undefined ? {} : { endpoint }) });
  return async (repositoryName, imageTag) => {
    try {
      await client.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }));
      return true;
    } catch (error) {
      if (error instanceof ImageNotFoundException || error instanceof RepositoryNotFoundException) return false;
      throw error;
    }
  };
}

/** The images that pods and the model's endpoint run are in the repositories that the foundation made. */
export function imagesPushed(
  tag: string,
  /** Address by image, as the foundation exports it: `<registry>/<repository>`. */
  repositories: () => Promise<Readonly<Record<string, string>>>,
  hasImage: HasImage,
): Gate {
  return {
    id: "images-pushed",
    before: "region",
    title: `the container images of version ${tag} are in the registry`,
    who: "whoever applies: docs/images.md has the commands",
    why: "SageMaker refuses a model whose image does not exist, and pods wait for theirs until the update fails",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html",
    check: async () => {
      const found = await Promise.all(
        Object.entries(await repositories()).map(async ([image, address]): Promise<readonly Finding[]> => {
          const repository = address.slice(address.indexOf("/") + 1);
          if (await hasImage(repository, tag)) return [];
          const fix = `docker push ${address}:${tag}`;
          return [{ where: image, path: "tag", want: `${address}:${tag}`, got: "no such image", fix }];
        }),
      );
      return found.flat();
    },
  };
}
