# shellcheck shell=bash disable=SC2154,SC2034 # what scripts/bench sets, and what the other parts use
# Part of scripts/bench: servers, calls and rows of the table.

# halt PID stops one of ours and waits until it has.
halt() { kill "$1" 2>/dev/null || true; wait "$1" 2>/dev/null || true; }

cleanup() {
  local p
  for p in ${pids[@]+"${pids[@]}"}; do halt "$p"; done
  rm -rf "$bench"
}

free_port() { local p; while p=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null; do :; done; echo "$p"; }
key() { echo "bench-$RANDOM-$(date +%s%N)"; }
await() { for _ in $(seq "${2:-300}"); do curl -fs "$1" >/dev/null 2>&1 && return; sleep 0.02; done; echo "no answer from $1" >&2; return 1; }
since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }'; }
peak_mb() { awk '/VmHWM/ { printf "%d", $2 / 1024 }' "/proc/$1/status"; }
resident_mb() { awk '/VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$1/status"; }
post() { # TOKEN PATH BODY
  curl -fsS -X POST "$at$2" -H "Authorization: Bearer $1" -H "Idempotency-Key: $(key)" -H 'Content-Type: application/json' -d "$3"
}
login() { post none /v1/login "{\"code\":\"demo:$1\"}" | jq -r .token; }

# fill fills the district of an empty database. SQLite's is kept in KEEP, if that is a folder.
fill() {
  local began=$EPOCHREALTIME kept=${KEEP:+$KEEP/district}
  if [[ $kept && ! ${DATABASE_URL-} && -d $kept ]]; then
    mkdir -p "$DATA_DIR" && cp -r "$kept/." "$DATA_DIR"
    return
  fi
  echo "filling the district ..."
  "$bench/danyuan" demo --scale district >"$bench/fill.out" 2>&1 || { tail "$bench/fill.out"; return 1; }
  echo "district filled in $(since "$began") s"
  [[ ! $kept || ${DATABASE_URL-} ]] || cp -r "$DATA_DIR" "$kept"
}

serve() {
  local port began=$EPOCHREALTIME
  port=$(free_port)
  at=http://127.0.0.1:$port
  PORT=$port "$bench/danyuan" >"$bench/serve.out" 2>"$bench/serve.err" &
  server=$!
  pids+=("$server")
  await "$at/readyz" 1500
  started=$(since "$began")
}

# stop_serving ends the server, and notes how soon it was ready and what it came to hold.
stop_serving() { # OF_WHAT
  printf '%s: ready after %s s, then resident %s MB (peak %s MB)\n' "$1" "$started" "$(resident_mb "$server")" "$(peak_mb "$server")" | tee -a "$BENCH_SERVERS"
  halt "$server"
}

# --- calls: who makes it (a file of tokens), about what (a file of things), and what is sent ---

# set_call TOKENS THINGS METHOD PATH [BODY [CODE]]
set_call() {
  export BENCH=$files TOKENS=$1 THINGS=$2 METHOD=$3 CALL=$4 BODY=${5-} CODE=${6-} FIRST=0
  export SALT=$RANDOM$RANDOM
}

# figures reads what wrk prints: "requests/s p50us p99us refused"
figures() {
  awk '
    function us(t) { return t ~ /us$/ ? t + 0 : t ~ /ms$/ ? t * 1000 : t * 1000000 }
    /50%/ { p50 = us($2) } /99%/ { p99 = us($2) } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $NF }
    END { printf "%d %d %d %d\n", rate, p50, p99, bad }'
}

# loop CLIENTS ADDRESS: "requests/s p50us p99us refused" of so many clients, each of which calls again when it
# has its answer
loop() { wrk -t1 -c"$1" -d"${seconds}s" --timeout 20s --latency -s scripts/benchmark/call.lua "$2" | figures; }

# paced RATE ADDRESS: the same at a fixed rate, each call's time counted from when it was due
paced() { "$bench/paced" "$2" "$1" "$paced_seconds"; }

median() { sort -n -k1 | awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }'; }

# everybody_looks: who redeems, checks in or reports has opened the mini-program before
everybody_looks() {
  local line seen=0 all seconds=3
  all=$(wc -l <"$files/people")
  set_call people people GET /v1/me
  for _ in {1..60}; do
    [[ $seen -lt $all ]] || return 0
    FIRST=$seen
    line=$(loop 8 "$at")
    seen=$((seen + ${line%% *} * seconds))
  done
  echo "of $all people $seen have looked, and no more do" >&2
  return 1
}

# --- the table ---

head_row='%-9s %-12s %7s %9s %8s %8s %9s %6s %12s %7s %9s %8s %8s\n'
head_words=(engine call clients danyuan p50us p99us limit ratio PocketBase ratio half p50us p99us)
# shellcheck disable=SC2059 # it is a format
head_of_table() { printf "$head_row" "${head_words[@]}"; }

# row ENGINE CALL CLIENTS: a line of the table, from the medians of files a (danyuan), b (the limit),
# c (PocketBase) and d (danyuan at half the rate); all but a may be empty. Where half the rate is not reached, the
# machine has nothing left for who makes the load, and the times say nothing of danyuan.
row() {
  local name=("$1" "$2" "$3") file all=()
  for file in a b c d; do
    # shellcheck disable=SC2207 # words are wanted
    all+=($(if [[ -s $bench/$file ]]; then median <"$bench/$file" | awk '{ print $1, $2, $3, $4 + 0 }'; else echo - - - -; fi))
  done
  awk -v f="${all[*]}" -v name="${name[*]}" 'BEGIN {
    split(f, v, " "); split(name, n, " ")
    printf "%-9s %-12s %7s %9d %8s %8s %9s %6s %12s %7s %9s %8s %8s%s\n", n[1], n[2], n[3], v[1], v[2], v[3],
      v[5], v[5] == "-" ? "-" : sprintf("%.2f", v[1] / v[5]), v[9], v[9] == "-" ? "-" : sprintf("%.1f", v[1] / v[9]), v[13], v[14], v[15],
      (v[4] + 0 > 0 ? "   refused: " v[4] : "") (v[16] + 0 > 0 ? "   refused at half: " v[16] : "") \
      (v[13] != "-" && v[13] < 0.45 * v[1] ? "   half was not reached" : "") }' | tee -a "$BENCH_TABLE"
}

# whole_row ENGINE CALL CLIENTS: a second line for a command, beside PocketBase doing the whole of its work
whole_row() {
  [[ -s $bench/w ]] || return 0 # no command, or no peer
  cp "$bench/w" "$bench/c"
  : >"$bench/d"
  row "$1" "$2-whole" "$3"
}

empty_rows() { local f; for f in a b c d w; do : >"$bench/$f"; done; }

# half gives half the rate that file a has reached.
half() { median <"$bench/a" | awk '{ print int($1 / 2) }'; }

# --- PocketBase ---

# pocketbase starts it on a district's data of its own; the parts that run in a script of their own find it by
# the environment.
pocketbase() {
  local began=$EPOCHREALTIME address
  mkdir -p "$bench/peer"
  address=127.0.0.1:$(free_port)
  echo "PocketBase (SQLite, synchronous=NORMAL): filling its district ..."
  "$bench/pocketbase" "$address" "$bench/pb" "$bench/peer" >"$bench/pb.out" 2>&1 &
  peer=$!
  pids+=("$peer")
  export BENCH_PEER=http://$address BENCH_PEER_FILES=$bench/peer
  await "$BENCH_PEER/api/health" 15000 || { cat "$bench/pb.out"; return 1; }
  echo "filled in $(since "$began") s"
}

# peer_call CALL CLIENTS: the same of PocketBase; nothing where it can't. CALL-whole is a command with the rest of
# danyuan's work, as far as PocketBase can do it, CALL alone the one row
peer_call() {
  local records=/api/collections files=${BENCH_PEER_FILES-} of=
  [[ $1 != *-whole ]] || of=whole_
  [[ ${BENCH_PEER-} ]] || return 0
  case $1 in
  page) set_call pocketbase.tokens pocketbase.units GET "$records/units/records/THING?expand=place,chief,secretary,members,activities" ;;
  hot | hot-whole) set_call pocketbase.tokens pocketbase.people POST "$records/${of}redemptions/records" '{"reward":"000000000000000","person":"THING","points":10,"cost":100,"state":"reserved","code":"314159"}' ;;
  check-in | check-in-whole) set_call pocketbase.tokens pocketbase.people POST "$records/${of}attendances/records" '{"activity":"000000000000000","person":"THING","way":"code"}' ;;
  report | report-whole) set_call pocketbase.tokens pocketbase.people POST "$records/${of}matters/records" '{"unit":"000000000000000","person":"THING","category":"repair","words":"楼道灯坏了,晚上看不清","anonymity":"named","state":"reported","open":true}' ;;
  statement) set_call pocketbase.tokens pocketbase.people GET "$records/entries/records?filter=(person=%27THING%27)&sort=-at&perPage=20&skipTotal=1" ;;
  chief) set_call pocketbase.tokens pocketbase.units GET "$records/matters/records?filter=(unit=%27THING%27%26%26open=true)&sort=due&perPage=20&skipTotal=1" ;;
  *) return 0 ;;
  esac
  loop "$2" "$BENCH_PEER"
}
