import { request, type } from "../requests/spec";
import type { RequestTable, Target } from "../requests/spec";

/** Each destination's block, with the member that it is and what only that destination spells its own way. */
const DESTINATIONS: Readonly<Record<string, readonly [string, Readonly<Record<string, Target>>]>> = {
  extendedS3Configuration: ["ExtendedS3DestinationConfiguration", {}],
  redshiftConfiguration: [
    "RedshiftDestinationConfiguration",
    {
      copyOptions: "CopyCommand.CopyOptions",
      dataTableColumns: "CopyCommand.DataTableColumns",
      dataTableName: "CopyCommand.DataTableName",
    },
  ],
  elasticsearchConfiguration: ["ElasticsearchDestinationConfiguration", {}],
  opensearchConfiguration: ["AmazonopensearchserviceDestinationConfiguration", {}],
  opensearchserverlessConfiguration: ["AmazonOpenSearchServerlessDestinationConfiguration", {}],
  splunkConfiguration: [
    "SplunkDestinationConfiguration",
    { hecAcknowledgmentTimeout: "HECAcknowledgmentTimeoutInSeconds" },
  ],
  httpEndpointConfiguration: [
    "HttpEndpointDestinationConfiguration",
    {
      url: "EndpointConfiguration.Url",
      name: "EndpointConfiguration.Name",
      accessKey: "EndpointConfiguration.AccessKey",
      "requestConfiguration.commonAttributes.name": "AttributeName",
      "requestConfiguration.commonAttributes.value": "AttributeValue",
    },
  ],
  snowflakeConfiguration: ["SnowflakeDestinationConfiguration", {}],
  icebergConfiguration: [
    "IcebergDestinationConfiguration",
    {
      catalogArn: "CatalogConfiguration.CatalogARN",
      "destinationTableConfigurations.databaseName": "DestinationDatabaseName",
      "destinationTableConfigurations.tableName": "DestinationTableName",
      destinationTableConfigurations: "DestinationTableConfigurationList",
    },
  ],
};

export const requests: RequestTable = {
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": type(
    [
      request("firehose:CreateDeliveryStream", {
        name: "DeliveryStreamName",
        kinesisSourceConfiguration: "KinesisStreamSourceConfiguration",
        // What Pulumi flattens in every destination, and in the buckets beside it.
        "*.bufferingInterval": "BufferingHints.IntervalInSeconds",
        "*.bufferingSize": "BufferingHints.SizeInMBs",
        "*.kmsKeyArn": "EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN",
        "*.retryDuration": "RetryOptions.DurationInSeconds",
        "*.vpcConfig": "VpcConfiguration",
        ...Object.entries(DESTINATIONS).reduce(
          (all, [block, [member, own]]) => ({ ...all, [block]: member, ...within(block, own) }),
          {},
        ),
      }),
      request(
        "firehose:StartDeliveryStreamEncryption",
        {
          name: "DeliveryStreamName",
          serverSideEncryption: "DeliveryStreamEncryptionConfigurationInput",
        },
        {
          adds: { DeliveryStreamEncryptionConfigurationInput: { KeyType: "AWS_OWNED_CMK" } },
          when: ["serverSideEncryption"],
        },
      ),
    ],
    {
      arn: "AWS makes it up",
      destination: "says which of the destinations' blocks is sent",
      destinationId: "AWS makes it up",
      versionId: "AWS makes it up",
      "serverSideEncryption.enabled": "says whether the request is sent",
      "elasticsearchConfiguration.vpcConfig.vpcId": "AWS answers it",
      "opensearchConfiguration.vpcConfig.vpcId": "AWS answers it",
      "opensearchserverlessConfiguration.vpcConfig.vpcId": "AWS answers it",
    },
  ),
};

function within(block: string, targets: Readonly<Record<string, Target>>): Readonly<Record<string, Target>> {
  return Object.fromEntries(Object.entries(targets).map(([path, target]) => [`${block}.${path}`, target]));
}
