import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatSecond } from '#core/event-time.ts';
import { incidentSummary } from '../api/incident-json.ts';
import type { Site } from '../html/site.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import { EventChannel, eventText } from './event-channel.ts';

const rememberedMax = 2000;

/**
 * /api/v1/stream: each change of an incident, and each minute. Ids grow; a program that was cut off sends the last one
 * that it has (Last-Event-ID) and gets what it missed, or "reset" where that is no longer known.
 */
export class IncidentStream {
  readonly #site: Site;
  readonly #channel = new EventChannel();
  /** Ids of another run mean nothing in this one. */
  readonly #run = randomBytes(4).toString('hex');
  #remembered: IncidentRecord[] = [];
  #pending: string[] = [];

  constructor(site: Site) {
    this.#site = site;
  }

  get viewers(): number {
    return this.#channel.size;
  }

  changed(record: IncidentRecord): void {
    this.#remembered.push(record);
    if (this.#remembered.length > rememberedMax * 2)
      this.#remembered = this.#remembered.slice(-rememberedMax);
    if (this.viewers > 0) this.#pending.push(this.#text(record));
  }

  flush(hasNewMinute: boolean): void {
    if (this.viewers > 0) {
      if (hasNewMinute) this.#pending.push(this.#minute());
      if (this.#pending.length > 0) this.#channel.send(Buffer.from(this.#pending.join('')));
    }
    this.#pending = [];
  }

  connect(request: IncomingMessage, response: ServerResponse): void {
    // What waits to be sent is for those who are here already.
    this.flush(false);
    const missed = this.#missedSince(request.headers['last-event-id']);
    this.#channel.connect(request, response, `${missed}${this.#minute()}`);
  }

  close(): void {
    this.#channel.close();
  }

  #missedSince(header: string | string[] | undefined): string {
    if (typeof header !== 'string') return '';
    const [run, revision] = header.split('-', 2);
    const latest = this.#remembered.at(-1)?.revision ?? 0;
    const oldest = this.#remembered[0]?.revision ?? 1;
    const last = /^\d{1,15}$/.test(revision ?? '') ? Number(revision) : Number.NaN;
    if (run !== this.#run || !(last >= oldest - 1 && last <= latest)) return eventText('reset', {});
    return this.#remembered
      .filter((record) => record.revision > last)
      .map((record) => this.#text(record))
      .join('');
  }

  #text(record: IncidentRecord): string {
    return eventText(
      'incident',
      incidentSummary(record, this.#site.names),
      `${this.#run}-${record.revision}`,
    );
  }

  #minute(): string {
    const { asOfSecond, heartbeat } = this.#site.view;
    return eventText('minute', { asOf: formatSecond(asOfSecond), ...heartbeat });
  }
}
