#!/bin/sh
# Writes each KAFKA_NAME_OF_SETTING as name.of.setting, formats the folder if it is new, and starts Kafka.
set -eu
env | sed -n 's/^KAFKA_//p' | grep -v '^HEAP_OPTS=' | while IFS= read -r setting; do
    printf '%s=%s\n' "$(printf %s "${setting%%=*}" | tr 'A-Z_' 'a-z.')" "${setting#*=}"
done >/opt/kafka/config/server.properties

# shellcheck disable=SC2086 # several arguments
java() { exec java ${KAFKA_HEAP_OPTS:-} -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.xml -cp '/opt/kafka/libs/*' "$@"; }
(java kafka.tools.StorageTool format --ignore-formatted --cluster-id="$CLUSTER_ID" --config /opt/kafka/config/server.properties)
java kafka.Kafka /opt/kafka/config/server.properties
