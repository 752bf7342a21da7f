import { at, isBlock, list, UNKNOWN } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable, Target } from "../requests/spec";
import { tagsOf } from "./shapes";

/** A list of ids or addresses of which AWS makes a list of structures. */
function eachIn(member: string, field: string): Target {
  return turned(member, (values) => list({ values }, "values").map((one) => ({ [field]: one })));
}

/** What an instance's volume is, but for its device's name and tags. */
const VOLUME = [
  "deleteOnTermination",
  "encrypted",
  "iops",
  "kmsKeyId",
  "snapshotId",
  "throughput",
  "volumeSize",
  "volumeType",
] as const;

/** Volumes of an instance; the image says the root's device. */
const DEVICES = turned("BlockDeviceMappings", (volumes) =>
  list({ volumes }, "volumes").map((volume) =>
    isBlock(volume)
      ? {
          DeviceName: volume["deviceName"] ?? UNKNOWN,
          Ebs: Object.fromEntries(VOLUME.map((name) => [name, volume[name]])),
        }
      : volume,
  ),
);

/** Machines and their templates. */
export const instances: RequestTable = {
  "aws:ec2/launchTemplate:LaunchTemplate": type(
    request(
      "ec2:CreateLaunchTemplate",
      {
        description: "/VersionDescription",
        name: "/LaunchTemplateName",
        "networkInterfaces.ipv4Addresses": eachIn("PrivateIpAddresses", "PrivateIpAddress"),
        "networkInterfaces.ipv4AddressCount": "SecondaryPrivateIpAddressCount",
        "networkInterfaces.ipv4Prefixes": eachIn("Ipv4Prefixes", "Ipv4Prefix"),
        "networkInterfaces.ipv6Addresses": eachIn("Ipv6Addresses", "Ipv6Address"),
        "networkInterfaces.ipv6Prefixes": eachIn("Ipv6Prefixes", "Ipv6Prefix"),
        "networkInterfaces.securityGroups": "Groups",
        securityGroupNames: "SecurityGroups",
        tags: tagsOf("launch-template", "/TagSpecifications"),
        vpcSecurityGroupIds: "SecurityGroupIds",
      },
      { within: "LaunchTemplateData", adds: { LaunchTemplateName: UNKNOWN } },
    ),
    {
      defaultVersion: "said when the template changes",
      updateDefaultVersion: "said when the template changes",
    },
  ),
  "aws:ec2/instance:Instance": type(
    [
      request(
        "ec2:RunInstances",
        {
          ami: "ImageId",
          associatePublicIpAddress: "NetworkInterfaces.0.AssociatePublicIpAddress",
          availabilityZone: "Placement.AvailabilityZone",
          ebsBlockDevices: DEVICES,
          ephemeralBlockDevices: "BlockDeviceMappings",
          hibernation: "HibernationOptions.Configured",
          hostId: "Placement.HostId",
          hostResourceGroupArn: "Placement.HostResourceGroupArn",
          iamInstanceProfile: turned("IamInstanceProfile", (profile) =>
            typeof profile === "string" ? { Name: profile } : { Name: at(profile, "name") },
          ),
          ipv6Addresses: eachIn("Ipv6Addresses", "Ipv6Address"),
          "launchTemplate.id": "LaunchTemplateId",
          "launchTemplate.name": "LaunchTemplateName",
          monitoring: "Monitoring.Enabled",
          placementGroup: "Placement.GroupName",
          placementGroupId: "Placement.GroupId",
          placementPartitionNumber: "Placement.PartitionNumber",
          primaryNetworkInterface: "NetworkInterfaces",
          privateIp: "PrivateIpAddress",
          rootBlockDevice: DEVICES,
          secondaryNetworkInterfaces: "SecondaryInterfaces",
          "secondaryNetworkInterfaces.privateIpAddresses": eachIn("PrivateIpAddresses", "PrivateIpAddress"),
          secondaryPrivateIps: eachIn("NetworkInterfaces.0.PrivateIpAddresses", "PrivateIpAddress"),
          tags: tagsOf("instance"),
          tenancy: "Placement.Tenancy",
          userDataBase64: "UserData",
          volumeTags: tagsOf("volume"),
          vpcSecurityGroupIds: "SecurityGroupIds",
        },
        { adds: { MinCount: 1, MaxCount: 1 } },
      ),
      request(
        "ec2:ModifyInstanceAttribute",
        { sourceDestCheck: "SourceDestCheck.Value" },
        { adds: { InstanceId: UNKNOWN }, when: ["sourceDestCheck=false"] },
      ),
    ],
    {
      forceDestroy: "done when the instance is destroyed",
      getPasswordData: "says whether the password is read",
      "secondaryNetworkInterfaces.macAddress": "AWS makes it up",
      "secondaryNetworkInterfaces.secondaryInterfaceId": "AWS makes it up",
      "secondaryNetworkInterfaces.secondaryNetworkId": "AWS makes it up",
      "secondaryNetworkInterfaces.sourceDestCheck": "AWS says it",
      "secondaryNetworkInterfaces.status": "AWS says it",
      userDataReplaceOnChange: "says what a change does",
    },
  ),
  "aws:ec2/placementGroup:PlacementGroup": type(
    request(
      "ec2:CreatePlacementGroup",
      { name: "GroupName", tags: tagsOf("placement-group") },
      { adds: { GroupName: UNKNOWN } },
    ),
  ),
};
