/** What an instance needs to know at its first boot. */
export interface Startup {
  readonly region: string;
  readonly artifactsBucket: string;
  /** Key of the archive with the training programs; its root holds an executable `start`. */
  readonly programKey: string;
  /** The worker's environment. Values are names and addresses, never secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The first boot of a worker on Amazon Linux 2023: fetch the programs of one version, run them as their own user
 * under systemd. A worker that ends is started again; one that cannot start leaves its shards to the others, since
 * a message comes back when its visibility runs out.
 */
export function userData(startup: Startup): string {
  const environment = Object.entries({ ...startup.environment, AWS_REGION: startup.region })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");
  return `#!/bin/bash
set -euo pipefail
useradd --system --home-dir /opt/meridian --shell /sbin/nologin meridian
mkdir -p /opt/meridian/training /var/lib/meridian
aws s3 cp --only-show-errors --region ${startup.region} s3://${startup.artifactsBucket}/${startup.programKey} /tmp/programs.zip
unzip -q /tmp/programs.zip -d /opt/meridian/training
chmod +x /opt/meridian/training/start
chown -R meridian: /opt/meridian /var/lib/meridian
cat > /etc/meridian.env <<'ENVIRONMENT'
${environment}
ENVIRONMENT
cat > /etc/systemd/system/meridian-training.service <<'UNIT'
[Unit]
Description=Meridian training and scoring worker
After=network-online.target
Wants=network-online.target
[Service]
User=meridian
EnvironmentFile=/etc/meridian.env
WorkingDirectory=/opt/meridian/training
ExecStart=/opt/meridian/training/start
Restart=always
RestartSec=10
NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths=/var/lib/meridian
PrivateTmp=true
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now meridian-training.service
`;
}
