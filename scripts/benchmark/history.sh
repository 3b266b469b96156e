# shellcheck shell=bash disable=SC2154 # what scripts/bench sets
# Part of scripts/bench: what readings read, with more and more history.

history_calls=(page statement points record my-hours notices unread my-redeemed activities hours to-confirm redeemed fulfilled people rewards
  chief community open category often seldom one counts d-identity d-check-ins d-budgets audit d-audit)

# history_on ENGINE URL TIMES
history_on() {
  local engine=$1 url=$2 before=1 times files=$bench/history read=rows size
  local used=${url:-sqlite:$DATA_DIR/danyuan.db} keys=$DATA_DIR/keys
  [[ $engine != SQLite ]] || read='steps of the virtual machine'
  export DATABASE_URL=$url
  rm -rf "$files" && mkdir -p "$files"
  fill
  "$bench/yardstick" furnish-matters "$used" "$keys" 20000 "$files"
  for times in $3; do
    "$bench/yardstick" grow "$used" "$before" "$times"
    before=$times
    "$bench/yardstick" rows "$used" "$keys" "$files" "$files/plans.$times" "${history_calls[@]}" >"$files/rows.$times"
    size=-
    [[ $engine != SQLite ]] || size=$(du -m "$DATA_DIR/danyuan.db" | cut -f1)
    echo "$engine, history $times times: database of $size MB"
    serve
    stop_serving "$engine, history $times times, at rest"
  done
  printf '\n%s: what one call reads in the database (%s), with history %s times as long\n\n' "$engine" "$read" "$3"
  # shellcheck disable=SC2086 # words are wanted
  table_of_history $3
  [[ ! ${PLANS-} ]] || { mkdir -p "$PLANS" && cp "$files"/plans.* "$PLANS"; }
  unset DATABASE_URL
}

# table_of_history TIMES… prints what was read with each.
table_of_history() {
  local all=() times
  for times; do all+=("$files/rows.$times"); done
  awk -v times="$*" '
    FNR == 1 { file++ }
    { if (file == 1) order[++n] = $1; said[$1] = $2; shown[$1] = $3; read[$1, file] = $4; if (file > 1 && plan[$1] != $5) other[$1] = 1; plan[$1] = $5 }
    END {
      count = split(times, t, " ")
      printf "%-12s %10s %8s", "call", "statements", "answered"
      for (i = 1; i <= count; i++) printf " %9s", "x" t[i]
      printf "   plan\n"
      for (i = 1; i <= n; i++) {
        printf "%-12s %10s %8s", order[i], said[order[i]], shown[order[i]]
        for (k = 1; k <= count; k++) printf " %9s", read[order[i], k]
        printf "   %s\n", (order[i] in other) ? "another" : "the same"
      }
    }' "${all[@]}"
}

history() {
  local engine
  for engine in $engines; do
    export DATA_DIR=$bench/history-$engine
    if [[ $engine == sqlite ]]; then
      history_on SQLite '' "${TIMES:-1 10 25}"
      rm -rf "$DATA_DIR"
    else
      scripts/services run "$0" history_on_mariadb
    fi
  done
}

# history_on_mariadb is run by scripts/bench itself, with a MariaDB of its own. It lies in memory, where there
# is no room for 25 times.
history_on_mariadb() {
  begin_mariadb
  history_on MariaDB "${DANYUAN_TEST_DATABASE_URL}points" "${MARIADB_TIMES:-1 10}"
}
