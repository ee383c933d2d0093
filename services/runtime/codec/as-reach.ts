import type { AsReach, ProbeMinute, ReachState } from '#core/contract/as-reach.ts';
import {
  EnumNames,
  readMessage,
  type Writable,
  writeBool,
  writeDouble,
  writeMessage,
  writeUint,
} from './fields.ts';
import type { WireReader, WireWriter } from './wire.ts';

type Target = Writable<Omit<ProbeMinute, 'reaches'>> & { readonly reaches: AsReach[] };

const states = new EnumNames<ReachState>(['up', 'down', 'absent']);

export function writeProbeMinute(writer: WireWriter, value: ProbeMinute): void {
  writeBool(writer, 1, value.open);
  writeBool(writer, 2, value.live);
  for (const reach of value.reaches) writeMessage(writer, 3, reach, writeAsReach);
}

export const readProbeMinute = (reader: WireReader): ProbeMinute =>
  readMessage(
    reader,
    { open: false, live: false, reaches: [] as AsReach[] } as Target,
    (from, field, target) => {
      if (field === 1) target.open = from.bool();
      else if (field === 2) target.live = from.bool();
      else if (field === 3) target.reaches.push(readAsReach(from));
      else return false;
      return true;
    },
  );

export function writeAsReach(writer: WireWriter, value: AsReach): void {
  writeUint(writer, 1, value.originAs);
  writeUint(writer, 2, states.number(value.state));
  writeUint(writer, 3, value.sinceSecond);
  writeDouble(writer, 4, value.logOdds);
  writeUint(writer, 5, value.targets);
  writeUint(writer, 6, value.replying);
  writeUint(writer, 7, value.probers);
  writeBool(writer, 8, value.changed);
  writeUint(writer, 9, value.disconnectedProbes);
  writeUint(writer, 10, value.knownProbes);
  writeUint(writer, 11, value.disconnectedSecond);
}

export const readAsReach = (reader: WireReader): AsReach => readMessage(reader, emptyReach(), readReachField);

const emptyReach = (): Writable<AsReach> => ({
  originAs: 0,
  state: 'absent',
  sinceSecond: 0,
  logOdds: 0,
  targets: 0,
  replying: 0,
  probers: 0,
  changed: false,
  disconnectedProbes: 0,
  knownProbes: 0,
  disconnectedSecond: 0,
});

function readReachField(reader: WireReader, field: number, value: Writable<AsReach>): boolean {
  if (field === 1) value.originAs = reader.uint32();
  else if (field === 2) value.state = states.name(reader.uint32());
  else if (field === 3) value.sinceSecond = reader.uint32();
  else if (field === 4) value.logOdds = reader.double();
  else if (field === 5) value.targets = reader.uint32();
  else if (field === 6) value.replying = reader.uint32();
  else if (field === 7) value.probers = reader.uint32();
  else if (field === 8) value.changed = reader.bool();
  else if (field === 9) value.disconnectedProbes = reader.uint32();
  else if (field === 10) value.knownProbes = reader.uint32();
  else if (field === 11) value.disconnectedSecond = reader.uint32();
  else return false;
  return true;
}
