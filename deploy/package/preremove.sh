#!/bin/sh
# Stops the service when it goes, not when a newer release takes its place.
# The ledger itself, /var/lib/achledger, is never removed by a package.
set -e
case "$1" in remove | 0)
  if [ -d /run/systemd/system ]; then
    systemctl disable --now achledger || true
  fi ;;
esac
