import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { freePorts } from './free-ports.ts';
import { serverProperties } from './server-properties.ts';

const image = 'apache/kafka:4.3.1';

/** Looks for an engine without loading what talks to it, which takes a second. */
export function containerEngineThere(): boolean {
  const runtime = process.env.XDG_RUNTIME_DIR ?? '/nowhere';
  const sockets = [
    '/var/run/docker.sock',
    path.join(runtime, 'docker.sock'),
    path.join(runtime, 'podman/podman.sock'),
    path.join(homedir(), '.docker/run/docker.sock'),
  ];
  return process.env.DOCKER_HOST !== undefined || sockets.some((socket) => existsSync(socket));
}

/** A broker in a container, which testcontainers removes when this process has ended. */
export async function startContainer(): Promise<string> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const [port] = await freePorts(1);
  const own = serverProperties(1, [{ client: port!, controller: 9093, further: {} }], '/tmp/kafka-data');
  const properties = {
    ...own,
    // The port is the same inside and outside, so that what the broker says of itself is right on both sides.
    listeners: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://127.0.0.1:9093`,
  };
  // The image takes "log.dirs" as KAFKA_LOG_DIRS.
  const environment = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]),
  );
  await new GenericContainer(image)
    .withEnvironment(environment)
    .withExposedPorts({ container: port!, host: port! })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  return `127.0.0.1:${port}`;
}
