import type { IncidentBook } from '../detect/incident-book.ts';
import type { EventSecond } from '../event-time.ts';
import { groupSubject, type Mute, type WatchFile } from './watch-file.ts';

/** Whose incidents wake nobody for now. They are found, kept and told as ever, and marked. */
export class Mutes {
  readonly #bySubject = new Map<string, Mute[]>();

  constructor({ mutes, groups }: WatchFile) {
    for (const mute of mutes) {
      this.#add(mute.subject, mute);
      const group = groups.find(({ name }) => groupSubject(name) === mute.subject);
      for (const { asn } of group?.ases ?? []) this.#add(`as:${asn}`, mute);
    }
  }

  /** Marks the open incidents. People are told when a mark comes or goes. */
  mark(book: IncidentBook, eventSecond: EventSecond): void {
    for (const incident of book.incidents()) {
      const mute = this.#at(incident.subject, eventSecond);
      if (isSame(mute, incident.muted)) continue;
      if (mute === undefined) delete incident.muted;
      else incident.muted = { subject: mute.subject, untilSecond: mute.untilSecond, reason: mute.reason };
      book.update(incident);
    }
  }

  /** Of several the one that lasts longest. */
  #at(subject: string, second: EventSecond): Mute | undefined {
    return this.#bySubject
      .get(subject)
      ?.filter(({ fromSecond, untilSecond }) => fromSecond <= second && second < untilSecond)
      .reduce<Mute | undefined>(
        (a, b) => (a !== undefined && a.untilSecond >= b.untilSecond ? a : b),
        undefined,
      );
  }

  #add(subject: string, mute: Mute): void {
    this.#bySubject.set(subject, [...(this.#bySubject.get(subject) ?? []), mute]);
  }
}

const isSame = (a: Omit<Mute, 'fromSecond'> | undefined, b: Omit<Mute, 'fromSecond'> | undefined): boolean =>
  a?.subject === b?.subject && a?.untilSecond === b?.untilSecond && a?.reason === b?.reason;
