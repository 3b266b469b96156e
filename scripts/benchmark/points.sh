# shellcheck shell=bash disable=SC2154 # what scripts/bench sets
# Part of scripts/bench: redeeming, checking in, confirming, statements.

# point_call CALL makes it the one that is measured; checking in is by people of their own (who come behind those
# that have arrived) at an activity of their own each time.
point_call() {
  local code=''
  case $1 in
  hot | spread) set_call redeemers "$1" POST /v1/redemptions '{"reward_id":"THING","points":10}' ;;
  check-in)
    sed -n "${turn}p" "$files/doors" >"$files/door"
    sed -n "$((arrived + 1)),\$p" "$files/people" >"$files/arriving"
    while code=$(curl -fs "$at/v1/activities/$(cat "$files/door")/check-in-code?way=in" -H "Authorization: Bearer $(cat "$files/staff")") &&
      [[ $(jq -r .seconds_left <<<"$code") -lt $((paced_seconds + 2)) ]]; do sleep 1; done
    set_call arriving door POST /v1/activities/THING/check-in '{"code":"CODE"}' "$(jq -r .code <<<"$code")"
    ;;
  statement) set_call redeemers hot GET /v1/me/points/statement ;;
  esac
}

# point_loop CALL CLIENTS
point_loop() {
  if [[ $1 == confirm ]]; then # each can be confirmed once
    sed -n "$((turn * 40 - 39)),$((turn * 40))p" "$files/attended" >"$files/confirming"
    "$bench/yardstick" each "$at/v1/activities/THING/confirm" "$files/officers" "$files/confirming" "$2"
    return
  fi
  local line
  point_call "$1"
  line=$(loop "$2" "$at")
  echo "$line"
  [[ $1 != check-in ]] || arrived=$((arrived + ${line%% *} * seconds + 200))
}

# enough_come tells whether there are people left for a round as long as the last, and for two more behind it.
enough_come() {
  local rate
  rate=$(tail -n1 "$bench/a")
  [[ $(($(wc -l <"$files/people") - arrived)) -gt $((3 * (${rate%% *} * seconds + 200))) ]]
}

# served_statement ENGINE CLIENTS: the bare statements again, asked for over HTTP: no read that is asked for
# over HTTP comes nearer to the bare loop, which asks itself
served_statement() {
  local there=$at pid token
  local at
  token=$(head -n1 "$files/redeemers")
  curl -fs "$there/v1/me/points/statement" -H "Authorization: Bearer $token" >"$bench/statement.json"
  at=http://127.0.0.1:$(free_port)
  "$bench/yardstick" served statement "$bare" "${at#http://}" "$bench/statement.json" &
  pid=$!
  pids+=("$pid")
  await "$at/metrics"
  : >"$bench/a"; : >"$bench/c"; : >"$bench/d"
  for _ in $(seq "$rounds"); do point_loop statement "$2" >>"$bench/a"; done
  halt "$pid"
  row "$1" "by-gin-only" "$2"
}

# points_on ENGINE URL BARE_URL COPY…: COPY makes the bare loops' database of the other
points_on() {
  local usual=$seconds usually=$paced_seconds seconds paced_seconds
  local engine=$1 url=$2 bare=$3 call clients times turn arrived files=$bench/f
  shift 3
  export DATABASE_URL=$url
  rm -rf "$files" && mkdir -p "$files"
  fill
  "$bench/yardstick" furnish "${url:-sqlite:$DATA_DIR/danyuan.db}" "$DATA_DIR/keys" "$files"
  "$@"
  serve
  everybody_looks
  head_of_table
  for call in ${CALLS:-statement hot spread check-in confirm}; do
    seconds=$usual paced_seconds=$usually
    turn=0 times=$rounds arrived=0
    [[ $call != check-in ]] || seconds=2 paced_seconds=3 # there are 30,000 people
    [[ $call != confirm ]] || times=1
    for clients in $clients_of_rows; do
      turn=$((turn + 1))
      empty_rows
      for _ in $(seq "$times"); do # in turns, so that noise falls on all
        [[ $call != check-in || ! -s $bench/a ]] || enough_come || break
        point_loop "$call" "$clients" >>"$bench/a"
        "$bench/yardstick" bare "$call" "$bare" "$clients" "$seconds" >>"$bench/b"
        peer_call "$call" "$clients" >>"$bench/c"
        peer_call "$call-whole" "$clients" >>"$bench/w"
      done
      if [[ $clients == "$most" && $call != confirm ]]; then
        turn=$((turn + 1))
        point_call "$call"
        paced "$(half)" "$at" >>"$bench/d"
      fi
      row "$engine" "$call" "$clients"
      whole_row "$engine" "$call" "$clients"
      [[ $call != statement ]] || served_statement "$engine" "$clients"
    done
  done
  stop_serving "$engine, points"
  "$bench/danyuan" verify
  unset DATABASE_URL
}

copy_sqlite() { cp "$DATA_DIR/danyuan.db" "$bench/bare.db"; }

points() {
  local engine
  for engine in $engines; do
    export DATA_DIR=$bench/points-$engine
    if [[ $engine == sqlite ]]; then
      points_on SQLite '' "sqlite:$bench/bare.db" copy_sqlite
    else
      DANYUAN_SERVICES_FLUSH=1 scripts/services run "$0" points_on_mariadb
    fi
  done
}

# points_on_mariadb is run by scripts/bench itself, with a MariaDB of its own.
points_on_mariadb() {
  begin_mariadb
  points_on MariaDB "${DANYUAN_TEST_DATABASE_URL}points" "${DANYUAN_TEST_DATABASE_URL}bare" copy_mariadb
}

mariadb_port() { local p=${DANYUAN_TEST_DATABASE_URL##*:}; echo "${p%%/*}"; }

# begin_mariadb makes an empty database, and drops the bare loops'; copy_mariadb makes that again.
begin_mariadb() {
  mariadb -h127.0.0.1 -P"$(mariadb_port)" -uroot -e 'DROP DATABASE IF EXISTS bare; DROP DATABASE IF EXISTS points; CREATE DATABASE points CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'
}

copy_mariadb() {
  mariadb -h127.0.0.1 -P"$(mariadb_port)" -uroot -e 'CREATE DATABASE bare' &&
    mariadb-dump -h127.0.0.1 -P"$(mariadb_port)" -uroot --single-transaction points | mariadb -h127.0.0.1 -P"$(mariadb_port)" -uroot bare
}
