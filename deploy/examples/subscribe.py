#!/usr/bin/env python3
"""The score of each AS and every incident, a line each: subscribe.py [--end]

--end ends at the end of the topics. BROKERS, PREFIX; KAFKA_USER and KAFKA_PASSWORD for SCRAM.
Debian: apt-get install python3-confluent-kafka python3-protobuf protobuf-compiler, and once, in the repository:
    protoc -I proto --python_out=deploy/examples proto/steadybeat/v1/envelope.proto proto/steadybeat/v1/as_*.proto
"""

import datetime
import json
import os
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from google.protobuf.message import DecodeError

from steadybeat.v1.as_scores_pb2 import AsScores

prefix = os.environ.get("PREFIX", "steadybeat.v1.")
to_the_end = "--end" in sys.argv
settings = {
    "bootstrap.servers": os.environ.get("BROKERS", "127.0.0.1:29092"),
    # Reads by itself, from the beginning: the group is only a name here.
    "group.id": prefix + "subscriber-python",
    "enable.auto.commit": False,
    "enable.partition.eof": to_the_end,
}
if "KAFKA_USER" in os.environ:
    settings |= {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": os.environ["KAFKA_USER"],
        "sasl.password": os.environ["KAFKA_PASSWORD"],
    }
# Over TLS, where the brokers have it: SASL_SSL, or SSL without a user; mechanisms are also SCRAM-SHA-256, and PLAIN (only over TLS).
# settings |= {
#     "security.protocol": "SASL_SSL",
#     "ssl.ca.location": "ca.pem",
#     # If they ask for a certificate of your own.
#     "ssl.certificate.location": "me.pem",
#     "ssl.key.location": "me.key",
# }


def time(minute):
    return datetime.datetime.fromtimestamp(60 * minute, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


def score_line(value):
    record = AsScores.FromString(value)
    envelope = record.envelope
    line = None
    if record.WhichOneof("content") == "score":
        score = record.score
        line = f"{time(envelope.event_minute)} AS{score.origin_as} score {score.score:.3f} surprise {score.surprise:.1f}"
    return envelope.producer, envelope.sequence, line


def incident_line(value):
    record = json.loads(value)
    envelope = record["envelope"]
    # ProtoJSON writes 64 bits as a string.
    return envelope["producer"], int(envelope["sequence"]), f"{record['eventTime']} {record['transition']} {record['summary']}"


readers = {prefix + "as.scores": score_line, prefix + "anomalies": incident_line}
consumer = Consumer(settings)
consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING) for topic in readers])
# The rule of the envelope: the last sequence of each producer.
last = {}
ended = set()

while len(ended) < len(readers):
    message = consumer.poll(1.0)
    if message is None:
        continue
    if message.error():
        if message.error().code() != KafkaError._PARTITION_EOF:
            sys.exit(str(message.error()))
        ended.add(message.topic())
        continue
    try:
        producer, sequence, line = readers[message.topic()](message.value())
    except (DecodeError, ValueError, KeyError):
        # It is not Steadybeat's.
        continue
    before = last.get((message.topic(), producer))
    if before is not None and sequence <= before:
        continue
    if before is not None and sequence > before + 1:
        print(f"{producer}: records are missing before {sequence}", file=sys.stderr)
    last[message.topic(), producer] = sequence
    if line is not None:
        print(line, flush=True)

consumer.close()
