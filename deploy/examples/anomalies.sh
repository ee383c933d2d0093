#!/bin/sh
# Incidents as JSON lines, from the beginning of the topic, each once: anomalies.sh [KCAT OPTIONS]
#   anomalies.sh | jq 'select(.severity == "SEVERITY_CRITICAL") | .summary'
#   anomalies.sh -e                       ends at the end of the topic
#   anomalies.sh -F client.properties     TLS and user: librdkafka's settings
# Needs kcat (Debian: apt-get install kcat).
BROKERS=${BROKERS:-127.0.0.1:29092}
PREFIX=${PREFIX:-steadybeat.v1.}

# The rule of the envelope: what is not greater than the last sequence of its producer was there before.
kcat -C -q -u -b "$BROKERS" -t "${PREFIX}anomalies" -p 0 -o beginning "$@" | awk '
  match($0, /"producer":"[^"]*"/) {
    producer = substr($0, RSTART + 12, RLENGTH - 13)
    match($0, /"sequence":"[0-9]+"/)
    sequence = substr($0, RSTART + 12, RLENGTH - 13) + 0
    if (sequence <= last[producer]) next
    if (producer in last && sequence > last[producer] + 1)
      print producer ": records are missing before " sequence > "/dev/stderr"
    last[producer] = sequence
    print
    fflush()
  }'
