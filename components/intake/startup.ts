/** What an instance needs to know at its first boot. */
export interface Startup {
  readonly region: string;
  readonly artifactsBucket: string;
  /** Key of the verifier's archive, whose root holds an executable `start` and the lock file of its native packages. */
  readonly programKey: string;
  /** The verifier's environment: names and addresses, never secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The first boot of a verifier on Amazon Linux 2023: Node of the distribution, the program of one version with its native
 * packages by digest, run as a user of its own under systemd. On stop it is given time to end the objects that it holds; what it leaves comes back
 * from the queue.
 */
export function userData({ region, artifactsBucket, programKey, environment }: Startup): string {
  const lines = Object.entries(environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");
  return `#!/bin/bash
set -euo pipefail
dnf install --assumeyes --quiet nodejs22 nodejs22-npm unzip
alternatives --set node /usr/bin/node-22
useradd --system --home-dir /opt/meridian --shell /sbin/nologin meridian
mkdir -p /opt/meridian/intake
aws s3 cp --only-show-errors --region ${region} s3://${artifactsBucket}/${programKey} /tmp/intake.zip
unzip -q /tmp/intake.zip -d /opt/meridian/intake
chmod +x /opt/meridian/intake/start
npm ci --prefix /opt/meridian/intake --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
chown -R meridian: /opt/meridian
cat > /etc/meridian-intake.env <<'ENVIRONMENT'
${lines}
ENVIRONMENT
cat > /etc/systemd/system/meridian-intake.service <<'UNIT'
[Unit]
Description=Meridian intake verifier
After=network-online.target
Wants=network-online.target
[Service]
User=meridian
EnvironmentFile=/etc/meridian-intake.env
ExecStart=/opt/meridian/intake/start
Restart=always
RestartSec=5
TimeoutStopSec=90
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=true
PrivateTmp=true
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now meridian-intake.service
`;
}
