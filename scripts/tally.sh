# Counts tests over several runs, going on after a failure. Sourced after setup.sh.

passed=0
failed=0
said=$(log failures)
: >"$said"
# Seconds of each step, in the order of the steps.
durations=$(log durations)
: >"$durations"

# tally <name> <command …>: runs it, shows and keeps what it says, adds what it counted.
tally() {
    name=$1
    file=$(log "$name")
    shift
    started=$(date +%s)
    { "$@" 2>&1 && echo 0 >"$file.status" || echo "$?" >"$file.status"; } | tee "$file"
    ok=$(numbers '^test result: .* \([0-9]*\) passed;.*' '^ *\([0-9]*\) passed.*' '^. pass \([0-9]*\)$')
    bad=$(numbers '^test result: .* \([0-9]*\) failed;.*' '^ *\([0-9]*\) failed.*' '^. fail \([0-9]*\)$')
    # What does not even run has failed once.
    [ "$(cat "$file.status")" = 0 ] || [ "$bad" != 0 ] || bad=1
    passed=$((passed + ok))
    failed=$((failed + bad))
    seconds=$(($(date +%s) - started))
    printf '%5d s  %s\n' "$seconds" "$name" >>"$durations"
    note "$ok passed, $bad failed, $seconds s"
    [ "$bad" = 0 ] || failures "$file" >>"$said"
}

# What was said of the failures of one run: from where cargo, Node.js or Playwright begin to tell of
# each, and the end of what tells of none.
failures() {
    printf '== %s\n' "$(basename "$1" .log)"
    LC_ALL=C.UTF-8 awk '
        /^---- .* stdout ----$/ || /^. failing tests:$/ || /^  [0-9]+\) / { left = 25 }
        left > 0 { left -= 1; found = 1; print substr($0, 1, 300) }
        { last[NR % 25] = $0 }
        END { if (!found) for (i = NR - 24; i <= NR; i++) if (i > 0) print substr(last[i % 25], 1, 300) }
    ' "$1"
}

# The sum of a number that cargo ($1), Playwright ($2) and Node.js ($3) write in their summaries.
numbers() {
    LC_ALL=C.UTF-8 sed -n -e "s/$1/\\1/p" -e "s/$2/\\1/p" -e "s/$3/\\1/p" "$file" | awk '{ sum += $1 } END { print sum + 0 }'
}

total() {
    { echo "$passed $failed" && cat "$durations"; } >"$(dirname "$(log x)")/summary"
    cat "$durations"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
}
