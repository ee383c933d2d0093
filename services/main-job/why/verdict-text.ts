import { isDeepStrictEqual } from 'node:util';
import type { Anomaly, Detector } from '#core/contract/anomalies.ts';
import { firstSecondOf, formatMinute } from '#core/event-time.ts';
import { durationText, kindNames, timeText } from '../report/incident-line.ts';
import { number } from '../report/progress.ts';
import type { Paint } from '../report/terminal.ts';
import type { Rederived } from './rederive.ts';
import type { Verdict } from './verdict.ts';

/** Where less was kept before the onset, the rolling score of six hours began with less than it had had. */
const historySeconds = 6 * 3600;

/** Whether the stored updates say the same, and where they do not, why that may be. */
export function verdictLines(
  stored: readonly Anomaly[],
  derived: Rederived,
  verdict: Verdict,
  paint: Paint,
): string[] {
  const { firstMinute, records } = derived;
  const title = ['', paint('bold', 'Derived again from the stored updates')];
  if (firstMinute === undefined)
    return [...title, '  The log holds no updates any more: the verdict cannot be derived again.'];
  const isSame = verdict.case === 'identical' || verdict.case === 'same';
  return [
    ...title,
    `  ${number(records)} records of bgp.updates, from ${formatMinute(firstMinute)} on, went through all services again.`,
    ...outcome(verdict, paint).map((line) => `  ${line}`),
    ...deciders(stored, derived).map((line) => `  ${line}`),
    ...(isSame ? [] : reasons(stored, derived).map((line) => `  ${line}`)),
  ];
}

function outcome(verdict: Verdict, paint: Paint): string[] {
  switch (verdict.case) {
    case 'identical':
      return [
        paint(
          'good',
          `The same verdict: all ${verdict.transitions} changes of the incident, with all their evidence.`,
        ),
      ];
    case 'same':
      return [
        paint('good', 'The same verdict: kind, onset, end and how it was closed.'),
        ...(verdict.differences.length > 0
          ? ['What differs besides:', ...verdict.differences.map((line) => `  ${line}`)]
          : ['Some changes on the way, or their evidence, differ.']),
      ];
    case 'different':
      return [paint('critical', 'Not the same verdict:'), ...verdict.differences.map((line) => `  ${line}`)];
    case 'absent':
      return [
        paint('critical', 'The incident does not come out again.'),
        ...(verdict.instead.length === 0
          ? ['Nothing of its subject comes out at that time.']
          : ['Of its subject comes out instead:', ...verdict.instead.map(insteadText)]),
      ];
  }
}

/** Where another detector had told it than the one that derived it, or one that was configured in another way. */
function deciders(stored: readonly Anomaly[], { anomalies }: Rederived): string[] {
  const told = stored.at(-1)!.detector;
  const derived = anomalies.at(-1)?.detector;
  if (told === undefined || derived === undefined || isDeepStrictEqual(told, derived)) return [];
  const text = ({ version, configurationHash }: Detector) =>
    `version ${version} (configuration ${configurationHash})`;
  return [`It was told by ${text(told)}, and derived by ${text(derived)}.`];
}

function insteadText({ incidentId, kind, startSecond, endSecond }: Anomaly): string {
  const end = endSecond === undefined ? 'and on' : `to ${timeText(endSecond)}`;
  return `  ${kindNames[kind]} ${timeText(startSecond)} ${end}  (${incidentId})`;
}

function reasons(stored: readonly Anomaly[], { firstMinute, cutSources }: Rederived): string[] {
  const { startSecond } = stored.at(-1)!;
  const before = startSecond - firstSecondOf(firstMinute!);
  const lines: string[] = [];
  if (before < 0) lines.push('Why it may be so: the log begins only after the onset.');
  else if (cutSources.length > 0 || before < historySeconds)
    lines.push(`Why it may be so: the log begins only ${durationText(before)} before the onset.`);
  if (cutSources.length > 0)
    lines.push(
      `What ${cutSources.length === 1 ? 'its source' : `its ${cutSources.length} sources`} had announced before that is no longer kept (${cutSources.slice(0, 5).join(', ')}${cutSources.length > 5 ? ', ...' : ''}).`,
    );
  if (lines.length === 0)
    lines.push(
      'The log is whole: another version or configuration of the detector (groups, mutes) may have told it, or probes were late.',
    );
  return lines;
}
