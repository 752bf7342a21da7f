import { sends } from "./sent";

describe("the requests of EMR", () => {
  sends([
    {
      says: "name each fleet's kind, and give what Pulumi keeps beside a cluster's instances to the cluster",
      type: "aws:emr/cluster:Cluster",
      inputs: {
        name: "etl",
        releaseLabel: "emr-7.2.0",
        serviceRole: "EMR",
        applications: ["Spark"],
        configurationsJson: '[{"Classification":"spark","Properties":{"a":"b"}}]',
        ec2Attributes: { instanceProfile: "profile", subnetIds: ["subnet-1"] },
        terminationProtection: true,
        masterInstanceFleet: {
          id: "if-1",
          instanceTypeConfigs: [{ instanceType: "m6g.xlarge" }],
          targetOnDemandCapacity: 1,
        },
        coreInstanceFleet: [
          {
            instanceTypeConfigs: [
              { instanceType: "r6g.xlarge", ebsConfigs: [{ type: "gp3", size: 64, volumesPerInstance: 1 }] },
            ],
            launchSpecifications: { onDemandSpecifications: [{ allocationStrategy: "lowest-price" }] },
          },
        ],
      },
      requests: [
        [
          "RunJobFlow",
          {
            Instances: {
              Ec2SubnetIds: ["subnet-1"],
              TerminationProtected: true,
              InstanceFleets: [
                {
                  InstanceFleetType: "MASTER",
                  InstanceTypeConfigs: [{ InstanceType: "m6g.xlarge" }],
                  TargetOnDemandCapacity: 1,
                },
                {
                  InstanceFleetType: "CORE",
                  InstanceTypeConfigs: [
                    {
                      InstanceType: "r6g.xlarge",
                      EbsConfiguration: {
                        EbsBlockDeviceConfigs: [
                          { VolumeSpecification: { VolumeType: "gp3", SizeInGB: 64 }, VolumesPerInstance: 1 },
                        ],
                      },
                    },
                  ],
                  LaunchSpecifications: { OnDemandSpecification: { AllocationStrategy: "lowest-price" } },
                },
              ],
            },
            Name: "etl",
            ReleaseLabel: "emr-7.2.0",
            ServiceRole: "EMR",
            Applications: [{ Name: "Spark" }],
            Configurations: [{ Classification: "spark", Properties: { a: "b" } }],
            JobFlowRole: "profile",
          },
        ],
      ],
    },
    {
      says: "count one instance in a group that does not say how many",
      type: "aws:emr/cluster:Cluster",
      inputs: {
        name: "etl",
        masterInstanceGroup: { instanceType: "m6g.xlarge" },
        coreInstanceGroup: { instanceType: "r6g.xlarge", instanceCount: 3 },
      },
      requests: [
        [
          "RunJobFlow",
          {
            Instances: {
              InstanceGroups: [
                { InstanceRole: "MASTER", InstanceType: "m6g.xlarge", InstanceCount: 1 },
                { InstanceRole: "CORE", InstanceType: "r6g.xlarge", InstanceCount: 3 },
              ],
            },
            Name: "etl",
          },
        ],
      ],
    },
  ]);
});
