"""A real Apache Kafka broker, one process, for end-to-end tests: from Maven Central, on free ports, in the test's own
directory, ended by its pid.

The jars are fetched once, into AUDITFWD_KAFKA_CACHE (a folder of the build). Tests are skipped, naming what is missing,
where there is neither a cache nor `java` and `mvn` with a way to Maven Central.
"""
import collections
import contextlib
import fcntl
import glob
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import unittest

from process import die_with_parent, run, wait_until

VERSION = os.environ.get("AUDITFWD_KAFKA_VERSION", "3.9.2")
START_SECONDS = 180

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>test</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{version}</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{version}</version><exclusions>
<exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-runtime</artifactId></exclusion>
<exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-json</artifactId></exclusion>
<exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-api</artifactId></exclusion>
<exclusion><groupId>org.apache.kafka</groupId><artifactId>log4j-appender</artifactId></exclusion></exclusions></dependency>
{logging}</dependencies></project>"""
RELOAD4J = """<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-reload4j</artifactId><version>1.7.36</version></dependency>
<dependency><groupId>ch.qos.reload4j</groupId><artifactId>reload4j</artifactId><version>1.2.25</version></dependency>"""
LOG4J2 = """<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.24.3</version></dependency>
<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>2.24.3</version></dependency>"""
LOGGING = {
    "log4j.properties": """log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %c %m%n
log4j.logger.kafka.server.KafkaRaftServer=INFO
""",
    "log4j2.properties": """appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %c %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.ready.name=kafka.server.KafkaRaftServer
logger.ready.level=info
""",
}

Message = collections.namedtuple("Message", "partition offset key headers value")


def install():
    """The folder with Kafka's jars; fetched when it is not there."""
    if not shutil.which("java"):
        raise unittest.SkipTest("no java (Debian: default-jre-headless) to run Apache Kafka")
    cache = os.environ.get("AUDITFWD_KAFKA_CACHE") or os.path.join(tempfile.gettempdir(), "auditfwd-kafka-cache")
    jars = os.path.join(cache, VERSION)
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(jars):
            fetch(jars)
    return jars


def fetch(jars):
    if not shutil.which("mvn"):
        raise unittest.SkipTest("no mvn (Debian: maven) to fetch Apache Kafka")
    with tempfile.TemporaryDirectory(dir=os.path.dirname(jars)) as place:
        with open(os.path.join(place, "pom.xml"), "w", encoding="ascii") as file:
            file.write(POM.format(version=VERSION, logging=RELOAD4J if VERSION.startswith("3.") else LOG4J2))
        command = ["mvn", "-q", "-B", "-f", os.path.join(place, "pom.xml"),
                   "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies",
                   "-DincludeScope=runtime", f"-DoutputDirectory={place}/jars"]
        done = subprocess.run(command, capture_output=True, timeout=900, check=False)
        if done.returncode != 0:
            raise unittest.SkipTest(f"Apache Kafka {VERSION} cannot be had from Maven Central: "
                                    f"{done.stdout.decode(errors='replace')[-300:]}")
        for name, text in LOGGING.items():
            with open(os.path.join(place, "jars", name), "w", encoding="ascii") as file:
                file.write(text)
        os.rename(os.path.join(place, "jars"), jars)


def free_ports(count):
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Kafka:
    """One broker. Listens for plain connections (`port`) and for SASL PLAIN (`sasl_port`, user `alice`)."""

    PASSWORD = "alice-secret-of-the-test"

    def __init__(self, directory, **properties):
        self.jars = install()
        self.directory = directory
        self.process = None
        os.makedirs(directory)
        self.port, self.controller, self.sasl_port = free_ports(3)
        sasl = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        listeners = f"PLAINTEXT://127.0.0.1:{self.port},SASL://127.0.0.1:{self.sasl_port}"
        settings = {
            "process.roles": "broker,controller", "node.id": 1, "controller.listener.names": "CONTROLLER",
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller}",
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{self.controller}", "advertised.listeners": listeners,
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT", "log.dirs": os.path.join(directory, "log"),
            "listener.name.sasl.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl.plain.sasl.jaas.config": f'{sasl} user_alice="{self.PASSWORD}";',
            "offsets.topic.replication.factor": 1, "offsets.topic.num.partitions": 3,
            "transaction.state.log.replication.factor": 1, "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 3, "group.initial.rebalance.delay.ms": 0,
            "auto.create.topics.enable": "false", "log.cleaner.dedupe.buffer.size": 8388608,
            "broker.session.timeout.ms": 6000, "broker.heartbeat.interval.ms": 500, **properties,
        }
        self.properties = os.path.join(directory, "server.properties")
        with open(self.properties, "w", encoding="ascii") as file:
            file.writelines(f"{key}={value}\n" for key, value in settings.items())
        self.java("kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAQ", "-c", self.properties)

    def command(self, main, *arguments, heap="128m"):
        logging = os.path.join(self.jars, "log4j.properties")
        jars = ":".join(sorted(glob.glob(os.path.join(self.jars, "*.jar"))))
        return ["java", f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Dlog4j.configuration=file:{logging}",
                f"-Dlog4j2.configurationFile={self.jars}/log4j2.properties", "-cp", jars, main, *arguments]

    def java(self, main, *arguments, code=0):
        done = run(*self.command(main, *arguments), code=None, timeout=START_SECONDS)
        assert code is None or done.returncode == code, (done.stdout + done.stderr).decode(errors="replace")
        return done

    def start(self):
        log_path = os.path.join(self.directory, "broker.txt")
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(self.command("kafka.Kafka", self.properties, heap="256m"), stdout=log,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)

        def ready():
            with open(log_path, encoding="utf-8", errors="replace") as log:
                text = log.read()
            assert self.process.poll() is None, f"the broker ended:\n{text[-3000:]}"
            return "Kafka Server started" in text
        wait_until(ready, "the broker is ready", START_SECONDS)
        return self

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def create(self, topic, partitions=4, **settings):
        more = [part for key, value in settings.items() for part in ("--config", f"{key.replace('_', '.')}={value}")]
        self.java("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.address, "--create", "--topic", topic,
                  "--partitions", str(partitions), "--replication-factor", "1", *more)

    def read(self, topic, count, isolation="read_uncommitted", patience=15):
        """Up to `count` messages from the beginning, by Kafka's own console consumer; fewer when no more come."""
        shown = [part for name in ("partition", "offset", "key", "headers")
                 for part in ("--property", f"print.{name}=true")]
        # Keys hold whatever clients like, tabs and newlines too.
        shown += ["--property", "key.separator=\x1f", "--property", "line.separator=\x1e"]
        done = self.java("org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", self.address, "--topic",
                         topic, "--from-beginning", "--max-messages", str(count), "--timeout-ms", str(1000 * patience),
                         "--isolation-level", isolation, *shown, code=None)
        messages = []
        for line in done.stdout.split(b"\x1e"):
            parts = line.split(b"\x1f")
            if len(parts) == 5:
                place, offset, head, key, value = parts
                headers = dict(part.split(b":", 1) for part in re.split(rb",(?=auditfwd-)", head) if b":" in part)
                messages.append(Message(int(place.removeprefix(b"Partition:")), int(offset.removeprefix(b"Offset:")), key,
                                        headers, value))
        return sorted(messages, key=lambda message: (message.partition, message.offset))

    def stored_compressions(self, topic):
        """The compression of every batch in the broker's own files: 0 none, 3 lz4, 4 zstd."""
        kinds = collections.Counter()
        for path in glob.glob(os.path.join(self.directory, "log", f"{topic}-[0-9]*", "*.log")):
            with open(path, "rb") as file:
                data = file.read()
            at = 0
            while at + 61 <= len(data):
                length, attributes = struct.unpack_from(">8xi", data, at)[0], struct.unpack_from(">21xh", data, at)[0]
                if length <= 0:
                    break
                kinds[attributes & 7] += 1
                at += 12 + length
        return kinds


def sink(brokers, topic="audit", name="siem", **settings):
    """The configuration of a Kafka sink."""
    kafka = {"brokers": [brokers], "topic": topic, "linger": "10ms"}
    kafka.update(settings.pop("kafka", {}))
    return json.loads(json.dumps({"name": name, "start": "oldest", "kafka": kafka, "parked_retry": "500ms",
                                  "retry_max": "500ms", **settings}))
