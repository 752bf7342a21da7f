import type { BucketLocationConstraint, PutObjectCommandInput, S3 } from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { bytesOf } from "../../assets";
import { orAbsent, ProviderError } from "../../failures";
import { isAsset } from "../../values";
import { emulated, type Found, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { bucketSettings } from "../s3settings";
import { awsShape, pick, tagList } from "../shape";

/** Hosted zones of S3's website endpoints per region. Source: docs.aws.amazon.com/general/latest/gr/s3.html. */
const WEBSITE_ZONE = "Z3AQBSTGFYJSTF";
/** Objects deleted with one call. Source: DeleteObjects, API reference. */
const DELETE_BATCH = 1000;

/** An object, whichever of the two types the program uses: they differ in what they report. */
const object = (reported: ServiceTable[string]["outputs"]): ServiceTable[string] =>
  emulated({
    replaceOn: ["bucket", "key"],
    key: ["bucket", "key"],
    required: ["key"],
    defaults: { forceDestroy: false },
    outputs: {
      arn: (r) => `arn:${r.place.partition}:s3:::${r.text("bucket")}/${r.text("key")}`,
      acl: () => "private",
      bucketKeyEnabled: () => false,
      contentType: () => "application/octet-stream",
      etag: () => "",
      serverSideEncryption: () => "AES256",
      storageClass: () => "STANDARD",
      versionId: () => "",
      kmsKeyId: () => "",
      ...reported,
    },
    changing: ["etag", "versionId"],
    find: async (r) => {
      const client = await r.aws().s3();
      const head = await orAbsent(client.headObject({ Bucket: r.text("bucket"), Key: r.text("key") }));
      if (head === undefined) return undefined;
      const etag = (head.ETag ?? "").replaceAll('"', "");
      return { id: `${r.text("bucket")}/${r.text("key")}`, props: { etag, versionId: head.VersionId ?? "" } };
    },
    make: async (r) => {
      await putObject(r);
      return { id: `${r.text("bucket")}/${r.text("key")}` };
    },
    settle: async (r) => {
      if (!r.fresh) await putObject(r);
    },
    drop: async (r) => {
      const client = await r.aws().s3();
      if (r.flag("forceDestroy") === true) await emptyBucket(client, r.text("bucket"), r.text("key"));
      else await client.deleteObject({ Bucket: r.text("bucket"), Key: r.text("key") });
    },
  });

export const s3: ServiceTable = {
  "aws:s3/bucket:Bucket": emulated({
    autoName: { property: "bucket", max: 63, lowerCase: true },
    replaceOn: ["bucket", "bucketNamespace", "bucketPrefix", "objectLockEnabled"],
    defaults: { forceDestroy: false },
    outputs: {
      arn: (r) => `arn:${r.place.partition}:s3:::${r.text("bucket")}`,
      bucketDomainName: (r) => `${r.text("bucket")}.s3.amazonaws.com`,
      bucketRegion: (r) => r.place.region,
      bucketRegionalDomainName: (r) => `${r.text("bucket")}.s3.${r.place.region}.amazonaws.com`,
      hostedZoneId: () => WEBSITE_ZONE,
      objectLockEnabled: () => false,
      requestPayer: () => "BucketOwner",
      websiteDomain: () => "",
      websiteEndpoint: () => "",
    },
    find: findBucket,
    make: async (r) => {
      const client = await r.aws().s3();
      const { region } = r.place;
      await client.createBucket({
        Bucket: r.text("bucket"),
        ObjectLockEnabledForBucket: r.flag("objectLockEnabled") ?? false,
        // us-east-1 is the only region that must not be named.
        ...(region === "us-east-1"
          ? {}
          : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }),
      });
      return { id: r.text("bucket") };
    },
    settle: async (r) => {
      const client = await r.aws().s3();
      if (Object.keys(r.tags).length === 0) await orAbsent(client.deleteBucketTagging({ Bucket: r.text("bucket") }));
      else await client.putBucketTagging({ Bucket: r.text("bucket"), Tagging: { TagSet: tagList(r.tags) } });
    },
    drop: async (r) => {
      const client = await r.aws().s3();
      const Bucket = r.text("bucket");
      if ((await orAbsent(client.headBucket({ Bucket }))) === undefined) return;
      if (r.flag("forceDestroy") === true) await emptyBucket(client, Bucket);
      else await refuseFull(client, Bucket);
      await client.deleteBucket({ Bucket });
    },
  }),
  "aws:s3/bucketObject:BucketObject": object({}),
  "aws:s3/bucketObjectv2:BucketObjectv2": object({
    checksumCrc32: () => "",
    checksumCrc32c: () => "",
    checksumCrc64nvme: () => "",
    checksumSha1: () => "",
    checksumSha256: () => "",
  }),
  ...bucketSettings,
};

async function findBucket(r: Resource): Promise<Found | undefined> {
  const client = await r.aws().s3();
  const found = await orAbsent(client.headBucket({ Bucket: r.text("bucket") }));
  return found === undefined ? undefined : { id: r.text("bucket"), props: { bucket: r.text("bucket") } };
}

/** AWS deletes no bucket that holds anything; the emulator would. */
async function refuseFull(client: S3, bucket: string): Promise<void> {
  const { Versions = [], DeleteMarkers = [] } = await client.listObjectVersions({ Bucket: bucket, MaxKeys: 1 });
  const { Contents = [] } = await client.listObjectsV2({ Bucket: bucket, MaxKeys: 1 });
  if (Versions.length + DeleteMarkers.length + Contents.length === 0) return;
  throw new ProviderError(
    `cannot delete bucket ${bucket}: BucketNotEmpty: it holds objects; set forceDestroy on it to delete them with it`,
  );
}

async function emptyBucket(client: S3, bucket: string, key?: string): Promise<void> {
  for (;;) {
    const where = { Bucket: bucket, MaxKeys: DELETE_BATCH, ...(key === undefined ? {} : { Prefix: key }) };
    const { Versions = [], DeleteMarkers = [] } = await client.listObjectVersions(where);
    const versions = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    const { Contents = [] } = versions.length > 0 ? {} : await client.listObjectsV2(where);
    const all = [...versions, ...Contents.map(({ Key }) => ({ Key, VersionId: undefined }))];
    const Objects = all.filter(({ Key }) => key === undefined || Key === key).slice(0, DELETE_BATCH);
    if (Objects.length === 0) return;
    const { Errors = [] } = await client.deleteObjects({ Bucket: bucket, Delete: { Objects, Quiet: true } });
    const [first] = Errors;
    if (first !== undefined) {
      throw new ProviderError(
        `cannot empty bucket ${bucket}: ${first.Code ?? ""}: ${first.Key ?? ""}: ${first.Message ?? ""}`,
      );
    }
  }
}

function contentOf(r: Resource): Buffer {
  const source = r.props["source"];
  if (isAsset(source)) return bytesOf(source);
  const encoded = r.maybeText("contentBase64");
  return encoded === undefined ? Buffer.from(r.maybeText("content") ?? "", "utf8") : Buffer.from(encoded, "base64");
}

async function putObject(r: Resource): Promise<void> {
  const client = await r.aws().s3();
  const Body = contentOf(r);
  const headers = pick(
    r.props,
    "cacheControl",
    "contentDisposition",
    "contentEncoding",
    "contentLanguage",
    "contentType",
  );
  const Tagging = new URLSearchParams({ ...r.tags }).toString();
  await client.putObject({
    ...(awsShape(headers) as Partial<PutObjectCommandInput>),
    ...(awsShape(pick(r.props, "serverSideEncryption", "storageClass")) as Partial<PutObjectCommandInput>),
    ...(r.has("kmsKeyId") ? { SSEKMSKeyId: r.text("kmsKeyId") } : {}),
    ...(Tagging === "" ? {} : { Tagging }),
    Bucket: r.text("bucket"),
    Key: r.text("key"),
    ContentMD5: createHash("md5").update(Body).digest("base64"),
    Metadata: r.map("metadata"),
    Body,
  });
}
