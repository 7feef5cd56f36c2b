#!/bin/sh
# The user that runs the service; its folder is made by systemd at the start.
set -e
if ! getent passwd achledger >/dev/null; then
  useradd --system --user-group --home-dir /var/lib/achledger --no-create-home \
    --shell /usr/sbin/nologin --comment "achledger" achledger
fi
chgrp achledger /etc/achledger /etc/achledger/achledger.env
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  if systemctl is-active --quiet achledger; then
    systemctl restart achledger
  else
    echo "achledger is installed. Start it:    systemctl enable --now achledger"
    echo "Then read its operations credential: /var/lib/achledger/ops.credential"
  fi
fi
