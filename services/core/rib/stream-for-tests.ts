import type { BgpUpdates, UpdatesContent } from '../contract/bgp-updates.ts';
import { type MrtPeer, type MrtPrefix, MrtWriter } from '../mrt/writer.ts';
import type { RouteTracker, RouteTrackerOutput } from './route-tracker.ts';

/** Numbers below `bound` from a seed (Park and Miller 1988). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed % 2_147_483_646) + 1;
  }

  below(bound: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % bound;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }
}

export const firstMinute = 20_000_000;
export const firstSecond = firstMinute * 60;

export const ipv4Peer: MrtPeer = { asn: 64_500, address: [0xc0000201] };
export const ipv6Peer: MrtPeer = { asn: 64_501, address: [0x20010db8, 0, 0, 7] };

export const ipv4Prefix = (number: number): MrtPrefix => ({
  family: 'ipv4',
  words: [(((number % 200) + 10) * 2 ** 24 + (number >>> 3) * 256) >>> 0],
  length: 24,
});

export const ipv6Prefix = (number: number): MrtPrefix => ({
  family: 'ipv6',
  words: [0x2a000000 + (number % 7) * 0x10000 + number, 0, 0, 0],
  length: 32,
});

/** What one source writes, input by input. */
export class SourceScript {
  readonly inputs: BgpUpdates[] = [];
  readonly source: string;
  readonly #writer = new MrtWriter(64_512);

  constructor(source: string, seed = false) {
    this.source = source;
    this.#input(0, { case: 'sourceOpened', seed });
  }

  /** Records of a minute, written by `write`. */
  records(minute: number, write: (writer: MrtWriter) => void): this {
    write(this.#writer);
    return this.#input(firstMinute + minute, { case: 'mrtRecords', value: this.#writer.take() });
  }

  tick(minute: number): this {
    return this.#input(firstMinute + minute, { case: 'tick' });
  }

  say(minute: number, what: 'endOfSource' | 'sourceLost' | 'ribBegin' | 'ribEnd'): this {
    return this.#input(firstMinute + minute, { case: what });
  }

  #input(eventMinute: number, content: UpdatesContent): this {
    this.inputs.push({ source: this.source, eventMinute, content });
    return this;
  }
}

/** A source's life of so many minutes, with everything in it that can happen. */
export function randomScript(source: string, seed: number, minutes: number): SourceScript {
  const dice = new Dice(seed);
  const script = new SourceScript(source);
  const peers = [
    ipv4Peer,
    ipv6Peer,
    { asn: 64_502, address: [0xc0000202] },
    { asn: 64_500, address: [0xc0000203] },
  ];
  for (let minute = 0; minute < minutes; minute++) {
    const quiet = dice.below(12);
    if (quiet === 0) minute += dice.below(15);
    if (dice.below(25) === 0) dump(script, minute, dice, peers);
    const batches = dice.below(4);
    for (let batch = 0; batch < batches; batch++) {
      script.records(minute, (writer) => {
        for (let left = dice.below(30); left > 0; left--) randomRecord(writer, minute, dice, dice.of(peers));
      });
    }
    if (dice.below(8) > 0) script.tick(minute);
  }
  return script.tick(minutes + 20).say(minutes + 20, dice.below(2) === 0 ? 'endOfSource' : 'sourceLost');
}

function randomRecord(writer: MrtWriter, minute: number, dice: Dice, peer: MrtPeer): void {
  const lateness = dice.below(20) === 0 ? 90 : 0;
  const second = firstSecond + minute * 60 + dice.below(60) - lateness;
  const family = dice.below(4) === 0 ? 'ipv6' : 'ipv4';
  const prefixOf = family === 'ipv4' ? ipv4Prefix : ipv6Prefix;
  const prefixes = Array.from({ length: 1 + dice.below(5) }, () => prefixOf(dice.below(300)));
  const kind = dice.below(100);
  if (kind === 0) writer.stateChange(second, peer, 6, 1);
  else if (kind === 1) writer.stateChange(second, peer, 5, 6);
  else if (kind < 35) writer.withdraw(second, peer, family, prefixes);
  else writer.announce(second, peer, family, prefixes, randomPath(dice, peer));
}

const randomPath = (dice: Dice, peer: MrtPeer): number[] => [
  peer.asn,
  ...Array.from({ length: dice.below(4) }, () => 1000 + dice.below(4)),
  65_000 + dice.below(3),
];

function dump(script: SourceScript, minute: number, dice: Dice, peers: readonly MrtPeer[]): void {
  const second = firstSecond + minute * 60;
  script.say(minute, 'ribBegin');
  script.records(minute, (writer) => writer.peerIndexTable(second, 1, '', peers));
  for (let part = 0; part < 3; part++) {
    script.records(minute, (writer) => {
      for (let number = part * 60; number < part * 60 + 60; number++) {
        const entries = peers.flatMap((peer, peerIndex) =>
          dice.below(3) === 0 ? [] : [{ peerIndex, originatedSecond: second, path: randomPath(dice, peer) }],
        );
        writer.rib(second, number, dice.of([ipv4Prefix, ipv6Prefix])(number), peers, entries);
      }
    });
  }
  script.say(minute, 'ribEnd');
}

/** Applies inputs and returns what comes out. */
export function outputsOf(tracker: RouteTracker, inputs: readonly BgpUpdates[]): RouteTrackerOutput[] {
  const outputs: RouteTrackerOutput[] = [];
  for (const input of inputs) tracker.apply(input, (output) => outputs.push(output));
  return outputs;
}

/** Every bit of an output as text. */
export const textOf = (output: RouteTrackerOutput): string =>
  JSON.stringify(output, (_key, value) => (ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value));
