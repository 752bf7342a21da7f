/** What an instance needs to know at its first boot. */
export interface Startup {
  readonly region: string;
  readonly artifactsBucket: string;
  /** Key of the archive with the training programs; its root holds an executable `start`. */
  readonly programKey: string;
  /** The worker's environment. Values are names and addresses, never secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where Python packages come from, e.g. a mirror in a network without a way out. @default pip's own */
  readonly packageIndexUrl?: string;
  /** Commands that start the workers. @default at once, and at each boot */
  readonly start?: string;
}

/** Starts all workers now and at each boot. */
const START_ALL = `for worker in $(seq 1 $(( ($(nproc) + 1) / 2 ))); do
  systemctl enable --now "meridian-training@$worker.service"
done
`;

/** Where the first boot puts the interpreter with the locked packages. */
export const PYTHON = "/opt/meridian/python/bin/python";

/** The only folder that a worker may write to: data, packages, models. */
export const DATA_FOLDER = "/var/lib/meridian";

/**
 * The first boot of a worker on Amazon Linux 2023: Node and Python of the distribution, the programs of one version,
 * their Python packages by digest; then one worker for every two processors (the other half is left for the writes),
 * each run by systemd as an own user. A worker that ends is started again; one that cannot start leaves its shards to
 * the others, since a message comes back when its visibility runs out. On stop it is given time to give its message
 * back.
 */
export function userData(startup: Startup): string {
  const index = startup.packageIndexUrl === undefined ? "" : ` --index-url ${startup.packageIndexUrl}`;
  const environment = Object.entries(startup.environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");
  return `#!/bin/bash
set -euo pipefail
dnf install --assumeyes --quiet nodejs22 python3.11 python3.11-pip unzip
alternatives --set node /usr/bin/node-22
useradd --system --home-dir /opt/meridian --shell /sbin/nologin meridian
mkdir -p /opt/meridian/training ${DATA_FOLDER}
aws s3 cp --only-show-errors --region ${startup.region} s3://${startup.artifactsBucket}/${startup.programKey} /tmp/programs.zip
unzip -q /tmp/programs.zip -d /opt/meridian/training
chmod +x /opt/meridian/training/start
python3.11 -m venv /opt/meridian/python
${PYTHON} -m pip install --quiet --require-hashes --only-binary :all:${index} -r /opt/meridian/training/requirements.txt
chown -R meridian: ${DATA_FOLDER}
cat > /etc/meridian.env <<'ENVIRONMENT'
${environment}
ENVIRONMENT
cat > /etc/systemd/system/meridian-training@.service <<'UNIT'
[Unit]
Description=Meridian training and scoring worker %i
After=network-online.target
Wants=network-online.target
[Service]
User=meridian
EnvironmentFile=/etc/meridian.env
WorkingDirectory=/opt/meridian/training
ExecStart=/opt/meridian/training/start
Restart=always
RestartSec=10
TimeoutStopSec=90
NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths=${DATA_FOLDER}
PrivateTmp=true
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
${startup.start ?? START_ALL}`;
}
