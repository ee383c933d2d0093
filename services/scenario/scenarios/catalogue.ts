import type { Scenario } from '../scenario.ts';
import { burst20, dailyShutdown, globalLeak, peerReset, risBeacons } from './controls.ts';
import { kp2013, kp2017 } from './kp-controls.ts';
import { nk2014 } from './nk-2014.ts';
import { kazakhstan2022, kp2013Probes, nk2014Probes, probeBeat, proberFailure } from './probed.ts';

const byRoutes = [nk2014(), kp2013, kp2017, dailyShutdown, burst20, risBeacons, peerReset, globalLeak];
const byProbes = [nk2014Probes, kp2013Probes, kazakhstan2022, proberFailure, probeBeat];

/** Every scenario there is, by name. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  [...byRoutes, ...byProbes].map((scenario) => [scenario.name, scenario]),
);
