import { orAbsent } from "../../failures";
import { asText, isProps } from "../../values";
import { emulated, idFrom, validated, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { tagList } from "../shape";

export const ecr: ServiceTable = {
  "aws:ecr/repository:Repository": emulated({
    autoName: { property: "name", max: 256, lowerCase: true },
    replaceOn: ["name", "encryptionConfigurations"],
    defaults: { imageTagMutability: "MUTABLE" },
    outputs: {
      arn: (r) => r.arn("ecr", `repository/${r.text("name")}`),
      registryId: (r) => r.place.account,
      repositoryUrl: (r) => `${r.place.account}.dkr.ecr.${r.place.region}.amazonaws.com/${r.text("name")}`,
    },
    find: async (r) => {
      const client = await r.aws().ecr();
      const found = await orAbsent(client.describeRepositories({ repositoryNames: [r.text("name")] }));
      return found?.repositories?.[0] === undefined ? undefined : { id: r.text("name") };
    },
    make: async (r) => {
      const client = await r.aws().ecr();
      await client.createRepository({
        repositoryName: r.text("name"),
        imageTagMutability: r.text("imageTagMutability") as "MUTABLE",
        imageScanningConfiguration: { scanOnPush: scans(r) },
        tags: tagList(r.tags),
      });
      return { id: r.text("name") };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().ecr();
      const repositoryName = r.text("name");
      const imageTagMutability = r.text("imageTagMutability") as "MUTABLE";
      await client.putImageTagMutability({ repositoryName, imageTagMutability });
      await client.putImageScanningConfiguration({
        repositoryName,
        imageScanningConfiguration: { scanOnPush: scans(r) },
      });
    },
    drop: async (r) => {
      const client = await r.aws().ecr();
      await client.deleteRepository({ repositoryName: r.text("name"), force: r.flag("forceDelete") ?? false });
    },
  }),
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": validated({
    replaceOn: ["repository"],
    key: ["repository"],
    outputs: { registryId: (r) => r.place.account },
    id: idFrom("repository"),
  }),
  "aws:ecr/repositoryPolicy:RepositoryPolicy": validated({
    replaceOn: ["repository"],
    key: ["repository"],
    outputs: { registryId: (r) => r.place.account },
    id: idFrom("repository"),
  }),
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": validated({
    outputs: { registryId: (r) => r.place.account },
    id: (r) => r.place.account,
  }),
  "aws:ecr/registryPolicy:RegistryPolicy": validated({
    outputs: { registryId: (r) => r.place.account },
    id: (r) => r.place.account,
  }),
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": validated({
    replaceOn: ["*"],
    outputs: { registryId: (r) => r.place.account },
    id: idFrom("ecrRepositoryPrefix"),
  }),
};

function scans(r: Resource): boolean {
  const block = r.props["imageScanningConfiguration"];
  return isProps(block) && asText(block["scanOnPush"]) === "true";
}
