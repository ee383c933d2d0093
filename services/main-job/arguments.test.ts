import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from './arguments.ts';

test('no arguments: the replay with the default seed', () => {
  assert.deepEqual(parseArguments([]), {
    case: 'replay',
    seed: 1,
    isNow: false,
    output: {
      format: 'text',
      scoresFile: undefined,
      openMetricsFile: undefined,
      watch: new Set(),
      watchFile: undefined,
      page: undefined,
      asNamesFile: undefined,
      webConfigFile: undefined,
    },
  });
});

test('files with every option', () => {
  const args =
    '--format ndjson --scores s --openmetrics o --watch AS131279,3356 --from 2014-12-22T16:15Z --until 2014-12-23 --data d';
  assert.deepEqual(parseArguments([...args.split(' '), '--seed-rib', 'r', 'a.gz', 'b.bz2']), {
    case: 'detect',
    files: ['a.gz', 'b.bz2'],
    seedRib: 'r',
    dataFolder: 'd',
    fromSecond: 1_419_264_900,
    untilSecond: 1_419_292_800,
    output: {
      format: 'ndjson',
      scoresFile: 's',
      openMetricsFile: 'o',
      watch: new Set([131_279, 3356]),
      watchFile: undefined,
      page: undefined,
      asNamesFile: undefined,
      webConfigFile: undefined,
    },
  });
});

test('options may follow the files', () => {
  const command = parseArguments(['a.gz', '--watch', 'as64500']);
  assert.deepEqual(command.case === 'detect' && command.output.watch, new Set([64_500]));
});

test('decode', () =>
  assert.deepEqual(parseArguments(['decode', 'a', 'b']), { case: 'decode', files: ['a', 'b'] }));

test('a wrong argument is one line', () => {
  for (const args of [['--nope'], ['--from'], ['--watch', 'AS0', 'x'], ['--watch', 'AS99999999999', 'x']]) {
    const command = parseArguments(args);
    assert.equal(command.case, 'wrong', args.join(' '));
    assert.ok(command.case === 'wrong' && !command.message.includes('\n'));
  }
});

test('live', () => {
  const output = {
    format: 'text',
    scoresFile: undefined,
    openMetricsFile: undefined,
    watch: new Set(),
    watchFile: undefined,
    page: undefined,
    asNamesFile: undefined,
    webConfigFile: undefined,
  };
  const command = parseArguments(['live']);
  assert.ok(command.case === 'live' && command.risLiveUrl?.startsWith('wss://ris-live.ripe.net/'));
  assert.deepEqual([command.dataFolder, command.bmp], ['steadybeat-live', undefined]);
  assert.deepEqual(parseArguments(['live', '--data', 'd', '--ris-live', 'off', '--bmp', '192.0.2.1:11019']), {
    case: 'live',
    dataFolder: 'd',
    risLiveUrl: undefined,
    bmp: { host: '192.0.2.1', port: 11_019 },
    kafka: undefined,
    watchList: undefined,
    output,
  });
  const kafka = parseArguments(['live', '--kafka', 'a:1,[::1]:2', '--topics', '^x']);
  assert.deepEqual(kafka.case === 'live' && kafka.kafka, { brokers: ['a:1', '[::1]:2'], topics: /^x/ });
  const standard = parseArguments(['live', '--ris-live', 'off', '--kafka', 'stream.routeviews.org:9092']);
  const topics = standard.case === 'live' ? standard.kafka!.topics : /^$/;
  for (const topic of ['routeviews.amsix.ams.61955.bmp_raw', 'openbmp.bmp_raw', 'rrc13.2854.bmp_raw'])
    assert.match(topic, topics);
  for (const topic of ['openbmp.parsed.peer', 'steadybeat.v1.bgp.updates'])
    assert.doesNotMatch(topic, topics);
  const hosts = ['5000', '[2001:db8::1]:5000', 'localhost:5000'].map((bmp) => {
    const { bmp: at } = parseArguments(['live', '--bmp', bmp]) as { bmp?: { host: string } };
    return at?.host;
  });
  assert.deepEqual(hosts, ['::', '2001:db8::1', 'localhost']);
  for (const wrong of [
    ['x'],
    ['--ris-live', 'off'],
    ['--bmp', 'foo'],
    ['--bmp', '70000'],
    ['--seed', '2'],
    ['--kafka', 'a'],
    ['--topics', 'a'],
    ['--kafka', 'a:1', '--topics', '('],
  ])
    assert.equal(parseArguments(['live', ...wrong]).case, 'wrong', wrong.join(' '));
});

test('archive', () => {
  const bounds = ['--from', '2014-12-22T16:00Z', '--until', '2014-12-23T02:00Z'];
  const command = parseArguments(['archive', '--collector', 'rrc00,route-views2', ...bounds]);
  assert.ok(command.case === 'archive');
  assert.deepEqual([command.collectors, command.places], [['rrc00', 'route-views2'], []]);
  assert.deepEqual([command.cacheFolder, command.baseUrl], ['steadybeat-archive', undefined]);
  assert.equal(command.untilSecond! - command.fromSecond!, 36_000);
  const places = parseArguments(['archive', 'https://x.example/rrc00/', 'folder', '--cache', 'c']);
  assert.ok(places.case === 'archive' && places.places.length === 2 && places.cacheFolder === 'c');
  const wrongs = [
    [],
    ['--collector', 'rrc00'],
    ['--collector', '../x', ...bounds],
    ['--collector', 'rrc00', 'x', ...bounds],
  ];
  wrongs.push(['--base-url', 'http://x/', 'y'], ['--data', 'd', 'y'], ['--seed', '1', 'y']);
  for (const wrong of wrongs)
    assert.equal(parseArguments(['archive', ...wrong]).case, 'wrong', wrong.join(' '));
  assert.equal(parseArguments(['--cache', 'c', 'file']).case, 'wrong');
});

test('the page: alone, with a port, with an address, before a file', () => {
  const page = (line: string) => {
    const command = parseArguments(line.split(' '));
    return 'output' in command ? [command.case, command.output.page] : command;
  };
  const own = { host: '127.0.0.1', port: 2328 };
  assert.deepEqual(page('--page'), ['replay', own]);
  assert.deepEqual(page('--page --seed 2'), ['replay', own]);
  assert.deepEqual(page('--page a.gz'), ['detect', own]);
  assert.deepEqual(page('live --page 8080'), ['live', { host: '127.0.0.1', port: 8080 }]);
  assert.deepEqual(page('--page=[::1]:0 a.gz'), ['detect', { host: '::1', port: 0 }]);
  assert.deepEqual(page('a.gz --page 0.0.0.0:80'), ['detect', { host: '0.0.0.0', port: 80 }]);
  for (const wrong of ['--page=x', '--page=1:99999', '--as-names f', 'decode --page a', 'topics --page'])
    assert.equal(parseArguments(wrong.split(' ')).case, 'wrong', wrong);
});

test('what works over Kafka', () => {
  const plain = { configFile: undefined, only: undefined };
  assert.deepEqual(parseArguments(['run', 'route-tracker']), {
    case: 'run',
    service: 'route-tracker',
    files: [],
    isPaced: false,
    ...plain,
  });
  assert.deepEqual(parseArguments('run feeder a.gz b.gz --config c.json'.split(' ')), {
    case: 'run',
    service: 'feeder',
    files: ['a.gz', 'b.gz'],
    isPaced: false,
    configFile: 'c.json',
    only: undefined,
  });
  assert.deepEqual(parseArguments(['topics', '--apply']), { case: 'topics', apply: true, ...plain });
  assert.deepEqual(parseArguments(['reprocess', '--prefix', 'replay.v1.', '--until', '2014-12-23T00:00Z']), {
    case: 'reprocess',
    prefix: 'replay.v1.',
    fromSecond: undefined,
    untilSecond: 1_419_292_800,
    ...plain,
  });
  assert.deepEqual(parseArguments(['dead-letters', '--dump']), {
    case: 'dead-letters',
    ...plain,
    only: 'dump',
  });
});

test('what is wrong with commands over Kafka', () => {
  const wrong = (line: string) => {
    const command = parseArguments(line.split(' '));
    return command.case === 'wrong' ? command.message : undefined;
  };
  assert.match(wrong('run')!, /^run needs one of feeder, route-tracker, /);
  assert.equal(wrong('run anomaly-detector a.gz'), 'anomaly-detector needs no a.gz');
  assert.equal(wrong('run route-tracker --apply'), '--apply is not for run');
  assert.equal(wrong('topics --watch 1'), '--watch is not for topics');
  assert.equal(wrong('reprocess'), 'reprocess needs --prefix, such as replay.v1.');
  assert.equal(wrong('topics --prefix a.'), '--prefix is not for topics');
  assert.match(
    wrong('dead-letters --inject')!,
    /not fed in again: .*; reprocess --prefix OTHER reads its record/,
  );
  assert.equal(wrong('topics --inject'), '--inject is not for topics');
  assert.equal(wrong('--inject'), '--inject is for what works on Kafka');
  assert.equal(wrong('a.gz --check'), '--check is for what works on Kafka');
});

test('probe', () => {
  const stored = parseArguments(['probe', 'a.json', 'b.json.gz']);
  assert.ok(stored.case === 'probe' && stored.files.length === 2 && stored.watchList === undefined);
  const byTable = parseArguments(['probe', 'a.json', '--seed-rib', 'r']);
  assert.ok(byTable.case === 'probe' && byTable.seedRib === 'r');
  const watched = parseArguments(['probe', '--watch-list', 'w.json']);
  assert.ok(watched.case === 'probe' && watched.watchList === 'w.json');
  const live = parseArguments(['live', '--watch-list', 'w.json']);
  assert.ok(live.case === 'live' && live.watchList === 'w.json');
  for (const wrong of [
    ['probe'],
    ['probe', 'a', '--watch-list', 'w'],
    ['probe', '--watch-list', 'w', '--seed-rib', 'r'],
    ['--watch-list', 'w'],
    ['probe', 'a', '--data', 'd'],
  ])
    assert.equal(parseArguments(wrong).case, 'wrong', wrong.join(' '));
  assert.equal(parseArguments(['run', 'probe-tracker']).case, 'run');
  assert.equal(parseArguments(['run', 'active-prober', 'w.json']).case, 'run');
  assert.equal(parseArguments(['run', 'active-prober']).case, 'wrong');
});

test('why takes one place to look in, or none', () => {
  const of = (line: string) => {
    const command = parseArguments(['why', ...line.split(' ')]);
    return command.case === 'why' ? { ...command, case: undefined } : command;
  };
  const plain = {
    case: undefined,
    incident: 'as1-beat',
    files: [],
    seedRib: undefined,
    dataFolder: undefined,
    configFile: undefined,
    watchFile: undefined,
    fromSecond: undefined,
    untilSecond: undefined,
    seed: 1,
  };
  assert.deepEqual(of('as1-beat'), plain);
  assert.deepEqual(of('as1-beat --data d'), { ...plain, dataFolder: 'd' });
  assert.deepEqual(of('as1-beat --config c'), { ...plain, configFile: 'c' });
  assert.deepEqual(of('as1-beat a b --seed-rib r'), { ...plain, files: ['a', 'b'], seedRib: 'r' });
  const wrongs = [
    [],
    ['i', 'a', '--data', 'd'],
    ['i', '--config', 'c', '--data', 'd'],
    ['i', '--seed-rib', 'r'],
    ['i', '--page'],
  ];
  for (const wrong of wrongs) assert.equal(parseArguments(['why', ...wrong]).case, 'wrong', wrong.join(' '));
});

test('the replay may be of now, and files may be fed at the pace of time', () => {
  const replay = parseArguments(['--now']);
  assert.equal(replay.case === 'replay' && replay.isNow, true);
  const feeder = parseArguments(['run', 'feeder', '--paced', 'a.mrt']);
  assert.equal(feeder.case === 'run' && feeder.isPaced, true);
  for (const wrong of [
    ['--now', 'a.mrt'],
    ['--paced', 'a.mrt'],
    ['run', 'feeder', '--paced'],
    ['run', 'route-tracker', '--paced'],
  ])
    assert.equal(parseArguments(wrong).case, 'wrong', wrong.join(' '));
});
