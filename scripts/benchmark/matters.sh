# shellcheck shell=bash disable=SC2154 # what scripts/bench sets
# Part of scripts/bench: reporting, and lists of matters.

# matter_call CALL RUN makes it the one that is measured. Each run of reporting begins with others of the
# signed-in people, because nobody may report often on one day.
matter_call() {
  local call
  mapfile -t call <"$files/call.$1"
  set_call "${call[@]}"
  export FIRST=$(($2 * 1301 % 30000))
}

# matters_on ENGINE URL BARE_URL BEGIN COPY: BEGIN makes an empty database, COPY makes the bare loops' of it
matters_on() {
  local engine=$1 url=$2 bare=$3 size call clients run began files=$bench/f calls=${CALLS:-chief community open category often seldom one report}
  export DATABASE_URL=$url
  for size in ${SIZES:-20000 200000}; do
    rm -rf "$files" "$DATA_DIR" && mkdir -p "$files"
    "$4"
    fill
    local used=${url:-sqlite:$DATA_DIR/danyuan.db} keys=$DATA_DIR/keys
    "$bench/yardstick" furnish-matters "$used" "$keys" "$size" "$files"
    "$5"
    serve
    everybody_looks
    printf '\n%s, %s matters\n' "$engine" "$size"
    head_of_table
    run=0
    for call in $calls; do
      if [[ $call == report ]]; then "$bench/yardstick" watch "$used" "$keys"; fi # before reports lie on every desk
      for clients in $clients_of_rows; do
        empty_rows
        for _ in $(seq "$rounds"); do # in turns, so that noise falls on all
          run=$((run + 1))
          matter_call "$call" "$run"
          loop "$clients" "$at" >>"$bench/a"
          "$bench/yardstick" bare-matter "$call" "$bare" "$keys" "$files" "$clients" "$seconds" >>"$bench/b"
          peer_call "$call" "$clients" >>"$bench/c"
          peer_call "$call-whole" "$clients" >>"$bench/w"
        done
        if [[ $clients == "$most" ]]; then
          run=$((run + 1))
          matter_call "$call" "$run"
          paced "$(half)" "$at" >>"$bench/d"
        fi
        row "$engine" "$call" "$clients"
        whole_row "$engine" "$call" "$clients"
      done
    done
    [[ " $calls " == *" report "* ]] || "$bench/yardstick" watch "$used" "$keys"
    stop_serving "$engine, $size matters"
    began=$EPOCHREALTIME
    "$bench/danyuan" verify
    echo "danyuan verify: $(since "$began") s"
  done
  unset DATABASE_URL
}

matters() {
  local engine
  for engine in $engines; do
    export DATA_DIR=$bench/matters-$engine
    if [[ $engine == sqlite ]]; then
      matters_on SQLite '' "sqlite:$bench/bare.db" begin_sqlite copy_sqlite
    else
      DANYUAN_SERVICES_FLUSH=1 scripts/services run "$0" matters_on_mariadb
    fi
  done
}

begin_sqlite() { rm -f "$bench/bare.db"*; }

# matters_on_mariadb is run by scripts/bench itself, with a MariaDB of its own.
matters_on_mariadb() { matters_on MariaDB "${DANYUAN_TEST_DATABASE_URL}points" "${DANYUAN_TEST_DATABASE_URL}bare" begin_mariadb copy_mariadb; }
