import type { Scenario } from '../scenario.ts';
import { burst20, dailyShutdown, globalLeak, peerReset, risBeacons } from './controls.ts';
import { kp2013, kp2017 } from './kp-controls.ts';
import { nk2014 } from './nk-2014.ts';

/** Every scenario there is, by name. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  [nk2014(), kp2013, kp2017, dailyShutdown, burst20, risBeacons, peerReset, globalLeak].map((scenario) => [
    scenario.name,
    scenario,
  ]),
);
