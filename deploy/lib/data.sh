# shellcheck shell=bash
# Keys, topics, reference data and synthetic persons.

# Sets keys to the folder of keys.jwks: the one given, or one where what is missing is made. Without development keys nobody can
# be signed in by hand: the services have keys of their own, and the key of those who sign people in is to be added to keys.jwks.
keys_prepare() { # GIVEN-FOLDER
    local only=()
    keys=$STATE/keys
    if [ -n "$1" ]; then
        [ -s "$1/keys.jwks" ] || die "$1 has no keys.jwks" "it holds the public keys; beside it <service>.signing.pem and <service>.opening.pem"
        keys=$(cd "$1" && pwd)
        return 0
    fi
    [ "$profile" = development ] || only=(--services-only)
    (umask 077 && "$bin/egovctl" token keys --directory "$keys" "${only[@]}" >"$STATE/run/keys.log" 2>&1) || {
        show_log "$STATE/run/keys.log"
        die "the keys could not be made"
    }
    [ "$profile" = development ] || note "no key signs people in yet: add it to $keys/keys.jwks, or give --keys FOLDER"
}

topics_apply() {
    if [ "$broker" = dev-broker ]; then
        note "topics: DevBroker has made them at its start"
        return 0
    fi
    egovctl topics apply >"$STATE/run/topics.log" 2>&1 || {
        show_log "$STATE/run/topics.log"
        die "the topics could not be made on $kafka_bootstrap"
    }
}

kato_file() { echo "$root/Services/NaturalPersons/Data/kato/kato-abai.csv"; }

reference_data() {
    local print
    print=kato-$(sha1sum "$(kato_file)" | cut -c1-8)
    ! state_marked "$print" || return 0
    with_config natural-persons "$bin/natural-persons" import kato "$(kato_file)" >"$STATE/run/kato.log" 2>&1 || {
        show_log "$STATE/run/kato.log"
        die "the KATO rows could not be loaded"
    }
    state_mark "$print"
}

synthetic_persons() { # COUNT
    local file=$STATE/data/persons.jsonl
    ! state_marked persons || return 0
    if [ "$(wc -l 2>/dev/null <"$file" || echo 0)" -ne "$1" ]; then
        egovctl persons generate --count "$1" --kato "$(kato_file)" --output "$file.new" >"$STATE/run/persons.log" 2>&1 || {
            show_log "$STATE/run/persons.log"
            die "the synthetic persons could not be generated"
        }
        mv "$file.new" "$file"
    fi
    step "Importing $1 synthetic persons into the register"
    # The progress bar is the register's own; an import that was broken off goes on where it was.
    with_config natural-persons "$bin/natural-persons" import "$file" || die "the import of the persons failed" "its rejects stand beside $file"
    state_mark persons
}
