# shellcheck shell=bash disable=SC2154 # what scripts/bench sets
# Part of scripts/bench: imports.

# watch_peak PID: its peak memory in MB, once it has ended
watch_peak() {
  local peak=0 now
  while now=$(peak_mb "$1" 2>/dev/null) && [[ $now ]]; do peak=$now; sleep 0.05; done
  echo "$peak"
}

roster() {
  local staff node id state answer
  rm -rf "$DATA_DIR"
  serve
  staff=$(login community-secretary)
  node=$(curl -fs "$at/v1/me" -H "Authorization: Bearer $staff" | jq -r '.roles[0].node_id')
  "$bench/yardstick" roster 50000 "$bench/structure.csv" "$bench/roster.xlsx"
  local file kind
  for kind in structure roster; do
    file=$(ls "$bench/$kind".*)
    local began=$EPOCHREALTIME
    id=$(curl -fsS -X POST "$at/v1/nodes/$node/imports?kind=$kind" -H "Authorization: Bearer $staff" -H "Idempotency-Key: $(key)" -F "file=@$file" | jq -r .id)
    while answer=$(curl -fs "$at/v1/imports/$id" -H "Authorization: Bearer $staff") && state=$(jq -r .state <<<"$answer") && [[ $state == queued || $state == running ]]; do sleep 0.2; done
    awk -v s="$(echo "$EPOCHREALTIME - $began" | bc)" -v k="$kind" -v st="$state" -v rows="$(jq -r .total <<<"$answer")" -v peak="$(peak_mb "$server")" \
      'BEGIN { printf "%-28s %8s rows: %s in %.1f s, server peak %s MB\n", "import of " k, rows, st, s, peak }'
  done
  halt "$server"
}

nation() {
  "$bench/yardstick" nation 665000 "$bench/nation.csv"
  export DATA_DIR=$bench/nation
  local began=$EPOCHREALTIME pid peak
  "$bench/danyuan" import "$bench/nation.csv" >"$bench/nation.out" 2>&1 &
  pid=$!
  peak=$(watch_peak "$pid")
  wait "$pid" || { tail "$bench/nation.out"; return 1; }
  awk -v s="$(echo "$EPOCHREALTIME - $began" | bc)" -v peak="$peak" 'BEGIN { printf "%-28s %8s rows: done in %.1f s, peak %s MB\n", "import of the divisions", 665000, s, peak }'
}

import() {
  printf '\nimports, SQLite with synchronous=FULL\n\n'
  roster
  nation
}
