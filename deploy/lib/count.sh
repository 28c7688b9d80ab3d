# shellcheck shell=bash
# How many tests passed, failed and were left out, from the lines that Swift Testing prints.

# count_swift_tests LOG EXIT-CODE: adds to $passed, $failed and $skipped.
count_swift_tests() {
    local good bad left
    good=$(grep -cE '^[^ ]+ Test .* passed after [0-9.]+ seconds' <(count_lines "$1") || true)
    bad=$(grep -cE '^[^ ]+ Test .* failed after [0-9.]+ seconds' <(count_lines "$1") || true)
    left=$(grep -cE '^[^ ]+ Test .* skipped' <(count_lines "$1") || true)
    # A run that broke off (a crash, no build) has no failed test to show, and is a failure all the same.
    [ "$2" = 0 ] || [ "$bad" -gt 0 ] || bad=1
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
}

# Lines of single tests: neither the run's own line, nor a case of a test with arguments.
count_lines() { sed $'s/\e\\[[0-9;]*[A-Za-z]//g' "$1" | grep -E '^[^ ]+ Test ' | grep -vE '^[^ ]+ Test (run with|case passing) '; }

# The names of the tests that were left out, with their reason where one is given.
skipped_tests() { count_lines "$1" | sed -nE 's/^[^ ]+ Test (.*) skipped:? ?(.*)$/    \1  \2/p'; }

# What the tests that failed had to say: each finding, and the lines under it that explain it (200 of them at most). Of a run that broke off,
# what ended it and the tests that had not ended.
failed_tests() {
    sed $'s/\e\[[0-9;]*[A-Za-z]//g' "$1" | awk '
        /^[^ ]+ Test .* recorded an issue/ || /^[^ ]+ (Test|Suite) .* failed after/ { print "    " $0; found = /recorded an issue/ }
        /unexpected signal/ { sub(/.*error: Process/, "Process"); sub(/ --.*exited/, " exited"); print "    " $0; broke = 1 }
        match($0, /^◇ Test .* started\.$/) && !/^◇ Test (case|run) / { sub(/^◇ Test /, ""); sub(/ started\.$/, ""); open[$0] = 1; next }
        /^[^ ]+ Test .* after [0-9.]+ seconds/ { name = $0; sub(/^[^ ]+ Test /, "", name); sub(/( with [0-9]+ test cases?)? (passed|failed) after .*/, "", name); delete open[name] }
        /recorded an issue/ { next }
        /^(◇|✔|✘|➜|[{])/ { found = 0 }
        found && printed++ < 200 { print "    " $0 }
        END { if (broke) for (name in open) print "    not ended: " name }'
}
