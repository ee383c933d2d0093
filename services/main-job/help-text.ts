import { defaultPage, defaultTopics } from './argument-values.ts';

export const defaultLiveFolder = 'steadybeat-live';
/** Where `generate` puts a group. */
export const defaultWatchFile = 'watch.json';
export const defaultCacheFolder = 'steadybeat-archive';

export const helpText = `Steadybeat watches the Internet's routing for the steady beat of instability and the outage that follows it.

  npm start                            replay North Korea, December 2014, and watch it being found
  npm start -- [OPTIONS] FILE...       find incidents in MRT files of BGP collectors: updates and RIBs, in any order,
                                       gzip, bzip2, zstd or plain
  npm start -- live                    watch the Internet as it is now, by RIPE's RIS Live; --bmp hears your own routers too
  npm start -- archive --collector rrc00,route-views2 --from TIME --until TIME
                                       the same over the archives of RIPE RIS and RouteViews: the last RIB before, and the updates since
  npm start -- archive PLACE...        over all MRT files in a folder, or at an http(s) address (ending in / for all that it links to)
  npm start -- probe FILE...           what RIPE Atlas stored: connections of its probes; and where --seed-rib gives the table that says whose
                                       their targets are, ping, traceroute, DNS and HTTP, which otherwise are counted, and not used
  npm start -- probe --watch-list FILE probe the hosts of a list, and say what they say (services/active-prober/examples)
  npm start -- generate --country KP --delegated FILE,...
                                       put a group into a watch file (${defaultWatchFile}, unless --watch-file says another): a country's ASes with
                                       the address space that they announce, by the registries' delegated(-extended) files; or --as 131279,...
                                       (--name NAME, if several); by what \`live\` has heard (--data DIR), or the table of --seed-rib RIB
  npm start -- decode FILE...          print every route, one a line, as \`bgpdump -m\` does
  npm start -- why INCIDENT            the evidence of an incident in words, and whether the same verdict comes out of the stored updates
                                       again; by its id or how that begins, in the log of --data DIR, in FILE..., on Kafka where
                                       its brokers are set, or else in the replay (status 0: it does, 1: it does not, 2: no such incident)

  On Apache Kafka (--dump lists every setting; status 1: could not go on or end in time, 2: wrong arguments or settings):
  npm start -- topics                  say how the topics differ from what they should be; --apply creates and sets them
  npm start -- dead-letters            show what could not be used, and where it came from
  npm start -- reprocess --prefix X    tell the history of the configured topics again, by this version, into topics that begin with X; nobody is
                                       alerted; ends when all is told, and says how the incidents differ
  npm start -- test-alert              send a test incident through exporter, Prometheus and Alertmanager to whoever is told
  npm start -- run SERVICE             one service as a process: route-tracker, visibility-tracker, instability-scorer,
                                       anomaly-detector or metrics-exporter; it waits for brokers, and SIGTERM ends it in order
  npm start -- run feeder FILE...      feed MRT files to them; without a FILE, the live feeds of the settings
  npm start -- run active-prober FILE  probe the hosts of a watch list; run probe-tracker brings it to the scorer

Options
  --format text|ndjson    ndjson: one JSON line for each change of an incident on standard output, all else on standard error
  --scores FILE           write the score of every AS in every minute in which something happens to it, as JSON lines
  --openmetrics FILE      write the series of metrics-exporter at the end of each minute, with event time, for a Prometheus to load (replay,
                          FILE..., archive; deploy/README.md, "The past in Grafana"); the ASes of --watch are its watch list (default AS131279)
  --watch AS131279,...    report these ASes only
  --watch-file FILE       groups (countries, sets of ASes, lists of prefixes) with incidents of their own, and who is muted until when
                          (deploy/README.md, "Groups and mutes")
  --page [[ADDRESS:]PORT] serve a web page of it and stay until Ctrl-C (default ${defaultPage.host}:${defaultPage.port})
  --as-names FILE         what ASes are called on the page: lines such as RIPE's asn.txt has ("3356 LEVEL3, US")
  --web-config FILE       TLS and passwords for the page, in the form of Prometheus' web configuration (deploy/README.md)
  --from TIME             leave out what is earlier; an earlier RIB is the table at the start ("2008-02-20T06:00Z")
  --until TIME            leave out what is at this time or later
  --seed-rib FILE         the table to expect: a RIB, or prefixes and origins in pyasn's format
  --delegated FILE,...    generate: what the registries gave to whom (such as delegated-apnic-extended-latest)
  --as AS131279,...       generate: these ASes; --name NAME says what the group is called
  --country KP            generate: a country
  --data DIR              keep the log in this folder; the same command goes on where it was interrupted
                          (live always keeps it: in ${defaultLiveFolder} where nothing else is said)
  --bmp [ADDRESS:]PORT    live: listen for routers that send BMP (on all addresses, if none is given)
  --ris-live URL|off      live: another server, or none
  --kafka HOST:PORT,...   live: read what others write to this Kafka: BMP (RouteViews, OpenBMP, goBMP), or routes as OpenBMP, goBMP or the
                          Internet Health Report parse them; TLS and user as --dump lists them
  --topics REGEXP         live: of these topics (default ${defaultTopics})
  --watch-list FILE       live, probe: the hosts to probe, as in services/active-prober/examples; nobody is probed who is not in it
  --collector NAMES       archive: collectors, divided by commas
  --base-url URL          archive: of a mirror with the same folders
  --cache DIR             archive: fetched files lie in this folder, 16 GB at most (default ${defaultCacheFolder}); what is there is not
                          fetched again, and what was cut is continued
  --seed NUMBER           of the replay: draw another one (default 1)
  --now                   of the replay: shifted, so that its blackout began 70 minutes ago; what is past is played at once, the rest
                          at the pace of time. Its collectors' names, and the page, say so
  --paced                 of run feeder: what lies in the future is fed when its time has come
  --config FILE           on Kafka: a JSON file of settings; the environment stands over it
  --check, --dump         on Kafka: only check the settings, or print them as an environment file, without secrets
  --apply                 of topics: change what differs
  --prefix X              of reprocess: before the names of the topics to write; --from and --until bound what is told
  --help, --version
`;
