import type { FeedHealth } from '#page/view/world-view.ts';
import { number } from '../report/progress.ts';
import { silenceMilliseconds } from './feed-watch.ts';
import type { LiveHealth } from './live.ts';

/** The feeds as the page shows them. `now`: milliseconds since 1970. */
export function feedsOf(health: LiveHealth | undefined, now: number): FeedHealth[] {
  if (health === undefined) return [{ name: 'Feeds', isWell: true, text: 'starting' }];
  const { sources, peers, delaySeconds, risLive, bmp, kafka, heardAt } = health;
  const behind = delaySeconds === undefined ? '' : `, at most ${number(delaySeconds)} s behind`;
  const all = `${number(sources)} collectors and routers, ${number(peers)} peers${behind}`;
  const feeds: FeedHealth[] = [{ name: 'All', isWell: sources > 0, text: all }];
  const add = (name: string, isConnected: boolean, text: string, heard: number | undefined) => {
    const silent = heard === undefined ? 0 : now - heard;
    const isSilent = silent >= silenceMilliseconds;
    const told = isSilent ? `, nothing heard for ${number(Math.floor(silent / 1000))} s` : '';
    feeds.push({ name, isWell: isConnected && !isSilent, text: `${text}${told}` });
  };
  if (risLive !== undefined) {
    const { isConnected, messages } = risLive;
    const text = `${isConnected ? 'connected' : 'no connection'}, ${number(messages)} messages`;
    add('RIS Live', isConnected, text, heardAt.get('ris-live'));
  }
  if (bmp !== undefined) {
    const heard = heardAt.get('bmp');
    const none = heard === undefined ? 'no router has come yet' : 'no router is connected';
    const text = bmp.connections === 0 ? none : `${number(bmp.connections)} connected`;
    add('BMP', bmp.connections > 0, text, heard);
  }
  if (kafka !== undefined) {
    const { isConnected, topics, records } = kafka;
    const text = `${isConnected ? `${number(topics)} topics` : 'no connection'}, ${number(records)} records`;
    add('Kafka', isConnected, text, heardAt.get('kafka'));
  }
  return feeds;
}
