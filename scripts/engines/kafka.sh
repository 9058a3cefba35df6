#!/usr/bin/env bash
# A private Apache Kafka: bash scripts/engines/kafka.sh FOLDER PORT [CONTROLLER_PORT]
# Broker and controller in one process, reachable without a password. Without CONTROLLER_PORT the
# next free one after PORT. KAFKA_SECURE=PASSWORD: reachable only as `rapport` with that password, by any
# mechanism, over TLS with the certificate in FOLDER/ca.pem, which is made for it.
. "$(dirname "$0")/common.sh"

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

controller=${3:-}
if [ -z "$controller" ]; then
    controller=$((port + 1))
    while answers "$controller"; do controller=$((controller + 1)); done
fi

needs java openjdk-17-jre-headless
jars=$root/target/tools/kafka
[ -e "$jars/made-from" ] || die "Kafka is missing; install with: sh scripts/engines.sh"

chmod 700 "$folder"
secret=${KAFKA_SECURE:-}
unset KAFKA_SECURE
protocol=PLAINTEXT
[ -z "$secret" ] || protocol=SASL_SSL
cat >"$folder/server.properties" <<CONF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=$protocol://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=$protocol://127.0.0.1:$port
listener.security.protocol.map=$protocol:$protocol,CONTROLLER:PLAINTEXT
inter.broker.listener.name=$protocol
controller.listener.names=CONTROLLER
log.dirs=$folder/files
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
# After a kill the broker is refused until the one it was counts as gone.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
CONF
accounts=()
if [ -n "$secret" ]; then
    needs openssl openssl
    module=org.apache.kafka.common.security
    [ -e "$folder/keys.pem" ] || {
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1,DNS:localhost \
            -keyout "$folder/key.pem" -out "$folder/ca.pem" 2>"$folder/openssl.log" || die "$(tail -n1 "$folder/openssl.log")"
        cat "$folder/key.pem" "$folder/ca.pem" >"$folder/keys.pem"
    }
    cat >>"$folder/server.properties" <<CONF
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=$module.plain.PlainLoginModule required username="rapport" password="$secret" user_rapport="$secret";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=$module.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=$module.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location=$folder/keys.pem
ssl.truststore.type=PEM
ssl.truststore.location=$folder/ca.pem
CONF
    for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do accounts+=(--add-scram "$mechanism=[name=rapport,password=$secret]"); done
fi
cat >"$folder/log4j2.xml" <<CONF
<Configuration status="off">
  <Appenders><Console name="out" target="SYSTEM_OUT"><PatternLayout pattern="%d %p %m (%c{1})%n"/></Console></Appenders>
  <Loggers><Root level="warn"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
CONF

# Compiled once and collected by one thread: it starts in half the time, beside whatever else runs.
kafka=(java -Xms256m -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Djava.net.preferIPv4Stack=true
    "-Dlog4j2.configurationFile=$folder/log4j2.xml" -cp "$jars/*")
if [ ! -e "$folder/files/meta.properties" ]; then
    # A half-made folder would be refused.
    rm -rf "$folder/files"
    # Any 16 bytes; those of the tool itself take a second to ask for.
    id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
    # The tool takes it for an option otherwise.
    "${kafka[@]}" kafka.tools.StorageTool format --cluster-id="A${id:1}" -c "$folder/server.properties" "${accounts[@]}" \
        </dev/null >"$folder/format.log" 2>&1 || die "$(tail -n1 "$folder/format.log")"
fi
serve "${kafka[@]}" kafka.Kafka "$folder/server.properties"
