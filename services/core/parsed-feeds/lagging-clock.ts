import type { EventSecond } from '../event-time.ts';

/** Who lags more than this is not believed; archives are read within the hour. */
const longestSeconds = 7200;
const newestSeconds = 60;
/** A moved time lies at most so far before the moment of its coming, since minutes are over soon after. */
const behindSeconds = 30;
/** And so far after it: a file with 15 minutes of records comes at once. */
const aheadSeconds = 960;

/**
 * The clock of a source that is made of archives and lags. All its times are moved by the same lag, so that what happened a minute apart
 * stays a minute apart. Unmoved they would lie in minutes that are long over: there all would count as one second, and peers as silent.
 * The lag is measured anew only where the moved times would leave the present.
 */
export class LaggingClock {
  lagSeconds = 0;

  /** `time`, which came at `receivedSecond`, moved; undefined where it is not believed. */
  moved(time: number, receivedSecond: EventSecond): number | undefined {
    if (!(time >= receivedSecond - longestSeconds && time <= receivedSecond + newestSeconds))
      return undefined;
    const ahead = time + this.lagSeconds - receivedSecond;
    if (ahead < -behindSeconds || ahead > aheadSeconds)
      this.lagSeconds = Math.max(0, receivedSecond - Math.floor(time));
    return time + this.lagSeconds;
  }
}
