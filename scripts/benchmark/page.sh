# shellcheck shell=bash disable=SC2154 # what scripts/bench sets
# Part of scripts/bench: the unit page.

mallocs() { # URL that shows Prometheus metrics
  curl -fs "$1" | awk '/^go_memstats_mallocs_total/ { printf "%.0f", $2 }'
}

page() {
  local persona code limit yard clients before made=0 files=$bench/page personas=(resident chief member veteran in-service candidate secretary staff)
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
  pids+=("$!")
  await "$yard/"
  printf '\nunit page, %s bytes, %s signed-in people; limit: gin answering the same bytes\n' "$(wc -c <"$bench/page.json")" "$(wc -l <"$files/people")"
  head_of_table
  for clients in $clients_of_rows; do
    empty_rows
    for _ in $(seq "$rounds"); do # in turns, so that noise falls on all
      set_call people code GET /v1/units/THING
      loop "$clients" "$yard" >>"$bench/b"
      before=$(mallocs "$at/metrics")
      loop "$clients" "$at" >>"$bench/a"
      made=$(awk -v n="$(tail -n1 "$bench/a" | cut -d' ' -f1)" -v s="$seconds" -v a="$(($(mallocs "$at/metrics") - before))" 'BEGIN { printf "%.1f", a / n / s }')
      peer_call page "$clients" >>"$bench/c"
    done
    if [[ $clients == "$most" ]]; then
      set_call people code GET /v1/units/THING
      paced "$(half)" "$at" >>"$bench/d"
    fi
    row SQLite page "$clients"
  done
  echo "allocations a request: $made"
  stop_serving "district, unit page at $most clients"
}
