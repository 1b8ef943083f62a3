#!/bin/sh
# The command line as docs/CLI.md promises it: shapes, exit statuses, refusals; on a small imported fixture.
set -u
cd "$(dirname "$0")/../.."
BUILD=${1:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
work=$(mktemp -d /tmp/hinomi-cli-XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
fixture=tests/fixtures/tui
failed=0
export XDG_STATE_HOME="$work/state" HINOMI_ANALYST=kmori LC_ALL=C.UTF-8
fail() { echo "FAIL: $1"; head -c 6000 "$work/out" "$work/err"; failed=1; }
h() { timeout 60 "$BUILD/hinomi" --config "$work/conf" --data "$work/data" "$@" </dev/null >"$work/out" 2>"$work/err"; }
# status WHAT WANTED COMMAND…
status() { what=$1 want=$2; shift 2; h "$@"; got=$?; [ $got = "$want" ] || fail "$what: status $got, not $want"; }
ok() { what=$1; shift; status "$what" 0 "$@"; }
# every line of the output is JSON, and the lines together satisfy the filter
holds() { jq -es "$2" <"$work/out" >/dev/null 2>&1 || fail "$1"; }
says() { grep -q -- "$2" "$work/$3" || fail "$1: not said: $2"; }
: >"$work/conf"

# import
ok 'import alerts' import $fixture/alerts.jsonl --json
holds 'import counts' 'length == 1 and (.[0] | has("source") and .pages == 1 and .read == 11
    and .alerts == {new: 11, updated: 0, duplicate: 0} and .events == {new: 0, duplicate: 0}
    and .quarantined == 0 and .error == null and (.seconds | type) == "number")'
ok 'import events' import $fixture/events.jsonl --json
holds 'import counts events' '.[0].events.new == 20'
ok 'import twice' import $fixture/alerts.jsonl --json
holds 'what is there already is told as such' '.[0].alerts.new == 0 and .[0].alerts.duplicate == 11'
status 'a file that is not there' 1 import "$work/none.jsonl"
{
    sed -n 1p $fixture/alerts.jsonl | sed 's/fixture-0/fixture-before/'
    printf '%s\n' '{"@timestamp":"2026-03-11T12:00:00Z","host":{"name":"'
    sed -n 1p $fixture/alerts.jsonl | sed 's/fixture-0/fixture-after/'
} >"$work/bad.jsonl"
h import "$work/bad.jsonl" --json
holds 'neighbours of a bad record go on' '.[0].quarantined == 1 and .[0].alerts.new == 2'
ok 'quarantine' quarantine --json
holds 'quarantine names place and reason' 'length >= 1 and all(.[]; .reason != null and has("source"))'
ok 'quarantine for people' quarantine

# alerts
ok 'alerts' alerts --json
holds 'alerts have every member' 'length == 13 and all(.[];
    has("@timestamp") and has("rule") and has("host") and has("user") and has("process") and has("file")
    and has("source") and has("destination") and has("dns") and has("url") and has("threat")
    and (.organization | has("id")) and (.process | has("parent") and has("hash"))
    and (.hinomi | has("id") and has("source") and has("native_id") and has("kind") and has("severity")
    and has("score") and has("status") and has("verdict") and has("assignee") and has("case")
    and has("group") and has("count") and has("updated") and has("disposition")))'
ok 'count' alerts --count
[ "$(cat "$work/out")" = 13 ] || fail 'the count alone on one line'
ok 'count of a query' alerts 'host.name: fin-ws-*' --count
n=$(cat "$work/out")
ok 'a query' alerts 'host.name: fin-ws-*' --json
holds 'count and list agree' "length == $n and length > 0 and all(.[]; .host.name | startswith(\"fin-ws-\"))"
ok 'limit' alerts --limit 3 --json
holds 'limit holds' 'length == 3'
ok 'group' alerts --group host.name --json
holds 'groups add up' '(map(.count) | add) == 13 and all(.[]; has("value") and has("first") and has("last") and has("severity"))'
ok 'sort' alerts --sort time:asc --json
holds 'sorted by time' '(map(.["@timestamp"]) | . == sort)'
ok 'sort back' alerts --sort time:desc --json
holds 'sorted back' '(map(.["@timestamp"]) | . == (sort | reverse))'
ok 'csv' alerts --csv
[ "$(wc -l <"$work/out")" = 14 ] || fail 'csv: a head and a row each'
status 'a query that is none' 2 alerts 'host.name: ('
status 'no such field' 2 alerts 'no.such.field: 1'
status 'no such option' 2 alerts --no-such-option
status 'no such command' 2 no-such-command

# one alert
ok 'alert raw' alert 1 --raw
sed -n 1p $fixture/alerts.jsonl | tr -d '\n' >"$work/want"
tr -d '\n' <"$work/out" | cmp -s - "$work/want" || fail 'raw is the vendor'"'"'s record byte for byte'
ok 'alert with its prefix' alert A-1 --json
holds 'the same alert' '.[0].hinomi.id == 1'
ok 'alert for people' alert 1
status 'no such alert' 1 alert 9999
status 'no id' 2 alert one

# events, tree, timeline
ok 'events' events --json
holds 'events have every member' 'length == 20 and all(.[]; (.event | has("category") and has("action") and has("code"))
    and (.hinomi | has("id") and has("source")) and (.organization | has("id")))'
ok 'events count' events --count
[ "$(cat "$work/out")" = 20 ] || fail 'events --count'
ok 'tree' tree 1 --json
holds 'a tree' '.[0].depth == 0 and (.[0].hinomi.parent == null) and any(.[]; .hinomi.alerts | index(1))
    and all(.[]; (.process | has("start") and has("end")) and (.hinomi | has("recorded") and has("children")) and has("user"))'
cp "$work/out" "$work/tree"
ok 'tree by guid' tree --host FIN-WS-014 --guid P9888 --json
jq -c 'del(.hinomi.focus)' "$work/tree" >"$work/a"
jq -c 'del(.hinomi.focus)' "$work/out" >"$work/b"
cmp -s "$work/a" "$work/b" || fail 'the same tree by host and guid, whatever their case'
sed 's/fin-ws-014/srv-a.example.com/; s/fixture-/short-/' $fixture/alerts.jsonl | sed -n 1p >"$work/short.jsonl"
timeout 60 "$BUILD/hinomi" --config "$work/conf" --data "$work/short" import "$work/short.jsonl" >/dev/null 2>&1
short() { timeout 60 "$BUILD/hinomi" --config "$work/conf" --data "$work/short" tree --host SRV-A --guid p9888 --json >"$work/out" 2>"$work/err"; }
short || fail 'a tree by the short name of the only such host'
holds 'a tree by the short name' 'any(.[]; .process.pid == 9888 and .host.name == "srv-a.example.com")'
sed 's/srv-a.example.com/srv-a.example.net/; s/short-/second-/' "$work/short.jsonl" >"$work/second.jsonl"
timeout 60 "$BUILD/hinomi" --config "$work/conf" --data "$work/short" import "$work/second.jsonl" >/dev/null 2>&1
short && fail 'a short name that two hosts share was taken'
says 'both are named' 'srv-a.example.com, srv-a.example.net\|srv-a.example.net, srv-a.example.com' err
ok 'tree for people' tree 1
says 'tree for people' rundll32.exe out
ok 'timeline' timeline '*' --json
holds 'in the order of time' 'length >= 31 and (map(.["@timestamp"]) | . == sort)'
ok 'buckets' timeline '*' --buckets 4 --json
holds 'four buckets first' '.[0:4] | all(.[]; has("from") and has("to") and has("count") and has("severity"))'
holds 'buckets count all' '(.[0:4] | map(.count) | add) == (.[4:] | length)'

# acts
ok 'close' close 1 2 --verdict fp --reason 'known backup' --json
holds 'a line each, then the sum' '.[0].verdict == "fp" and .[0].status == "closed" and (.[0].journal | type) == "number"
    and .[2] == {changed: 2, failed: 0}'
status 'closed in part' 3 close 3 9999 --verdict fp --reason x --json
holds 'the sum says so' '.[-1] == {changed: 1, failed: 1}'
says 'the failure is named' 9999 err
status 'nothing closed' 1 close 9999 --verdict fp --reason x
status 'no verdict' 2 close 4
status 'no such verdict' 2 close 4 --verdict perhaps --reason x
status 'no alert' 2 close --verdict fp --reason x
ok 'undo' undo
ok 'undo one more' undo
ok 'all are open again' alerts 'hinomi.status: closed' --count
[ "$(cat "$work/out")" = 0 ] || fail 'undo takes both closes back'
ok 'redo' redo
ok 'two are closed again' alerts 'hinomi.status: closed' --count
[ "$(cat "$work/out")" = 2 ] || fail 'redo closes them again'
status 'bulk asks for a word' 2 close --query 'hinomi.status: new' --verdict benign --reason x
ok 'bulk with --dry-run' close --query 'hinomi.severity: high' --verdict benign --reason x --dry-run
ok 'bulk with --yes' close --query 'hinomi.severity: high' --verdict benign --reason x --yes --json
holds 'bulk says its exact number' '.[-1].changed > 0 and (.[-1].changed == (length - 1)) and .[-1].failed == 0'
ok 'claim' claim 4 --json
ok 'claimed' alert 4 --json
holds 'claimed by me' '.[0].hinomi.assignee == "kmori"'
ok 'snooze' snooze 4 --until 4h --reason 'after lunch'
ok 'tag' tag 4 watch
ok 'note' note 4 -m 'a note'

# cases
ok 'case new' case new 'LSASS on fin-ws-014' --json
holds 'a case' '.[0].title == "LSASS on fin-ws-014" and (.[0].hinomi.uid | length) > 10 and .[0].hinomi.id == 1'
ok 'case add' case add 1 1 5 E-3 --json
ok 'case note' case note 1 -m 'credentials were read'
ok 'case task' case task 1 'reset the password'
ok 'case ioc' case ioc 1 --type ip 203.0.113.9
ok 'case evidence' case evidence 1 $fixture/events.jsonl
ok 'case show' case show 1 --json
holds 'the case counts' '.[0].hinomi | .alerts == 2 and .events == 1 and .notes == 1 and .evidence == 1'
ok 'case list' case list --json
holds 'the case is listed' 'length == 1'
ok 'case status' case status 1 contain
for format in md html json csv stix; do
    ok "export $format" case export 1 --format $format -o "$work/case.$format"
    [ -s "$work/case.$format" ] || fail "export $format is empty"
done
grep -q 'credentials were read' "$work/case.md" || fail 'the note is in the Markdown'
jq -e . "$work/case.json" >/dev/null && jq -e '.type == "bundle"' "$work/case.stix" >/dev/null || fail 'exports parse'
status 'no such export' 2 case export 1 --format tiff
status 'no such case' 1 case show 77
ok 'case close' case close 1 --verdict tp --reason 'password reset'
ok 'closed cases are not listed' case list --json
holds 'none open' 'length == 0'

# what there is
ok 'sources' sources --json
holds 'the import is a source' 'length >= 1 and all(.[]; has("ok") and has("last_success") and has("error"))'
ok 'hosts' hosts --json
holds 'hosts' 'length >= 3 and all(.[]; .host.name != null and has("state"))'
ok 'ledger' ledger --json
ok 'runs' runs --json
ok 'runbooks' runbooks --json
holds 'the first runbooks are there' 'map(.name) | index("isolate") and index("release") and index("kill-process") and index("quarantine-file") and index("collect")'
ok 'journal' journal
ok 'fields' fields
ok 'formats' formats
ok 'config' config --check
printf '[hinomi]\nanalist = x\n' >"$work/wrong"
h --config "$work/wrong" config --check
[ $? != 0 ] || fail 'an unknown key is an error'
says 'the nearest name is offered' analyst err

# every command has help that names its options, and runs nothing
for command in $("$BUILD/hinomi" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' | grep -vx hinomi); do
    ok "$command --help" "$command" --help
    says "$command --help" "hinomi $command" out
done
ok 'version' --version

# nothing is coloured or moves a cursor when nobody sees it; hostile text never passes raw
printf '%s\n' '{"@timestamp":"2026-03-11T12:00:00Z","kibana.alert.uuid":"evil","kibana.alert.rule.uuid":"r","kibana.alert.rule.name":"\u001b[2J\u001b]0;owned\u0007 \u202egpj.exe\r\nfake: ok","kibana.alert.severity":"high","event":{"kind":"signal"},"host":{"name":"h\u001b[31m"},"user":{"name":"\u009b5m"}}' >"$work/evil.jsonl"
ok 'hostile alert' import "$work/evil.jsonl"
ok 'which it is' alerts 'hinomi.native_id: evil' --json
evil=$(jq .hinomi.id <"$work/out")
for words in alerts "alert $evil" events 'timeline *' hosts sources 'case show 1' journal 'alerts --csv' 'alerts --group rule.name'; do
    # shellcheck disable=SC2086
    (set -f; h $words) || fail "$words"
    case $words in *--csv) sed -i 's/\r$//' "$work/out" ;; esac # RFC 4180 ends its lines so
    LC_ALL=C grep -q "$(printf '[\033\007\r]')" "$work/out" "$work/err" && fail "$words: a control byte reaches the reader"
    grep -q "$(printf '\342\200\256')\|$(printf '\302\233')" "$work/out" && fail "$words: a hidden character reaches the reader"
done
script -qec "NO_COLOR=1 $BUILD/hinomi --config $work/conf --data $work/data alerts" "$work/typed" </dev/null >/dev/null 2>&1
LC_ALL=C grep -q "$(printf '\033')\[[0-9;]*m" "$work/typed" && fail 'NO_COLOR is not followed'

# --read-only refuses every write and says so
for words in "import $fixture/alerts.jsonl" 'close 6 --verdict fp --reason x' 'claim 6' 'undo' 'redo' 'note 6 -m x' \
    'case new X' 'case note 1 -m x' 'case add 1 6' 'case close 1 --verdict tp --reason x' 'contain fin-ws-014 isolate --reason x --yes' 'tag 6 x'; do
    # shellcheck disable=SC2086
    h --read-only $words
    [ $? != 0 ] || fail "--read-only $words"
    says "--read-only $words" read-only err
done
ok 'reading goes on' --read-only alerts --count

# verify
ok 'verify' verify --json
holds 'four checks' 'map(.check) == ["journal", "record", "events", "evidence"] and all(.[]; .ok and .error == null)'
keep() { rm -rf "$work/kept"; cp -a "$work/data" "$work/kept"; }
restore() { rm -rf "$work/data"; cp -a "$work/kept" "$work/data"; }
keep
journal=0
for at in $(LC_ALL=C grep -abo 'known backup' "$work/data/record.db" | cut -d: -f1); do
    printf K | dd of="$work/data/record.db" bs=1 seek="$at" conv=notrunc 2>/dev/null
    status "a byte flipped at $at" 1 verify --json
    jq -es 'map(select(.check == "journal"))[0] | (.ok | not) and .error != null' <"$work/out" >/dev/null && journal=1
    restore
done
[ $journal = 1 ] || fail 'no flipped byte was laid to the journal'
ok 'one more act' close 6 --verdict fp --reason 'the tail'
cp "$work/kept/record.db" "$work/data/record.db"
rm -f "$work/data/record.db-wal" "$work/data/record.db-shm"
status 'a cut tail' 1 verify --json
holds 'the journal says it is cut' 'map(select(.check == "journal"))[0].ok | not'
restore
file=$(find "$work/data/evidence" -type f | head -n 1)
chmod u+w "$file" && echo x >>"$file"
status 'changed evidence' 1 verify --json
holds 'the evidence is not ok' 'map(select(.check == "evidence"))[0].ok | not'
restore
ok 'verify again' verify

# two processes on one folder: one pulls what another program writes, one closes
mkdir "$work/both"
sed "s/fixture-/two-/" $fixture/alerts.jsonl >"$work/feed.jsonl"
printf '[source feed]\nkind = file\npath = %s\nformat = ecs\n' "$work/feed.jsonl" >"$work/conf"
both() { timeout 60 "$BUILD/hinomi" --config "$work/conf" --data "$work/both" "$@" </dev/null; }
both pull >/dev/null 2>&1 || fail 'first pull'
(
    i=0
    while [ $i -lt 12 ]; do
        i=$((i + 1))
        sed "s/fixture-/two-$i-/" $fixture/alerts.jsonl >>"$work/feed.jsonl"
        both pull --json || echo '{"error":"pull"}'
    done
) >"$work/pulls" 2>&1 &
puller=$!
id=0
while [ $id -lt 11 ]; do
    id=$((id + 1))
    both close $id --verdict fp --reason both >>"$work/closes" 2>&1 || fail "close $id beside a pull: $(tail -n 1 "$work/closes")"
done
wait $puller
jq -es 'length == 12 and all(.[]; .error == null)' "$work/pulls" >/dev/null || { cp "$work/pulls" "$work/out"; fail 'pulls beside closes'; }
[ "$(both alerts --count)" = 143 ] || fail "143 alerts, not $(both alerts --count)"
[ "$(both alerts 'hinomi.status: closed' --count)" = 11 ] || fail 'eleven closes stand'
both verify >"$work/out" 2>"$work/err" || fail 'the record of both is whole'

[ $failed = 0 ] && echo 'the command line holds'
exit $failed
