# shellcheck shell=bash disable=SC2154 # what scripts/bench sets
# Part of scripts/bench: the unit page.

mallocs() { # URL that shows Prometheus metrics
  curl -fs "$1" | awk '/^go_memstats_mallocs_total/ { printf "%.0f", $2 }'
}

# ticks PID: what it has had of the processors so far, in microseconds. Unlike a rate, what a request takes of
# them is much the same on a machine that others use too.
ticks() { awk -v hz="$(getconf CLK_TCK)" '{ printf "%d", ($14 + $15) * 1000000 / hz }' "/proc/$1/stat"; }

# taken BEFORE PID LINE: microseconds a request of the run that figures has printed LINE of
taken() { awk -v before="$1" -v now="$(ticks "$2")" -v n="$(cut -d' ' -f1 <<<"$3")" -v s="$seconds" 'BEGIN { printf "%.1f\n", (now - before) / n / s }'; }

page() {
  local persona code limit yard clients before used made=0 files=$bench/page personas=(resident chief member veteran in-service candidate secretary staff)
  mkdir -p "$files"
  fill
  serve
  for _ in $(seq 8); do
    for persona in "${personas[@]}"; do login "$persona"; done
  done >"$files/people" # 64 signed-in clients: each request is by another one's token
  code=$(sed -n 's|.*/v1/units/\([0-9A-Z]*\).*|\1|p' "$bench/serve.out" | head -n 1)
  echo "$code" >"$files/code"
  curl -fs "$at/v1/units/$code" -H "Authorization: Bearer $(head -n1 "$files/people")" >"$bench/page.json"
  limit=$(free_port)
  yard=http://127.0.0.1:$limit
  "$bench/yardstick" constant "127.0.0.1:$limit" "$bench/page.json" &
  limit=$!
  pids+=("$limit")
  await "$yard/"
  printf '\nunit page, %s bytes, %s signed-in people; limit: gin answering the same bytes\n' "$(wc -c <"$bench/page.json")" "$(wc -l <"$files/people")"
  head_of_table
  for clients in $clients_of_rows; do
    empty_rows
    : >"$bench/cpu.limit"; : >"$bench/cpu.page"; : >"$bench/cpu.peer"
    for _ in $(seq "$rounds"); do # in turns, so that noise falls on all
      set_call people code GET /v1/units/THING
      used=$(ticks "$limit")
      loop "$clients" "$yard" >>"$bench/b"
      taken "$used" "$limit" "$(tail -n1 "$bench/b")" >>"$bench/cpu.limit"
      before=$(mallocs "$at/metrics")
      used=$(ticks "$server")
      loop "$clients" "$at" >>"$bench/a"
      taken "$used" "$server" "$(tail -n1 "$bench/a")" >>"$bench/cpu.page"
      made=$(awk -v n="$(tail -n1 "$bench/a" | cut -d' ' -f1)" -v s="$seconds" -v a="$(($(mallocs "$at/metrics") - before))" 'BEGIN { printf "%.1f", a / n / s }')
      [[ ${BENCH_PEER-} ]] || continue
      used=$(ticks "$peer")
      peer_call page "$clients" >>"$bench/c"
      taken "$used" "$peer" "$(tail -n1 "$bench/c")" >>"$bench/cpu.peer"
    done
    if [[ $clients == "$most" ]]; then
      set_call people code GET /v1/units/THING
      paced "$(half)" "$at" >>"$bench/d"
    fi
    row SQLite page "$clients"
  done
  printf 'microseconds of processor a request at %s clients: gin %s, danyuan %s, PocketBase %s; allocations of danyuan %s\n' "$most" \
    "$(median <"$bench/cpu.limit")" "$(median <"$bench/cpu.page")" "$(median <"$bench/cpu.peer")" "$made" | tee -a "$BENCH_SERVERS"
  stop_serving "district, unit page at $most clients"
}
