# shellcheck shell=bash
# Build contexts of the images in $STATE/images, and the secrets of compose.yaml in $STATE/compose.

# Builds the executables inside the official Swift image and sets $bin to the folder they are taken to.
build_in_container() {
    local container
    command -v docker >/dev/null || die "--in-container needs Docker"
    step "Building inside ${SWIFT_IMAGE:-swift:6.3-bookworm}; the first time takes minutes"
    docker build -q -t shanyraq/build ${SWIFT_IMAGE:+--build-arg "SWIFT_IMAGE=$SWIFT_IMAGE"} \
        -f "$root/deploy/images/swift.Dockerfile" "$root" >"$STATE/run/build.log" 2>&1 || {
        show_log "$STATE/run/build.log" 40
        die "the build failed"
    }
    container=$(docker create shanyraq/build true)
    rm -rf "$STATE/images/program"
    mkdir -p "$STATE/images"
    docker cp "$container:/program" "$STATE/images/program" >/dev/null
    docker rm "$container" >/dev/null
    bin=$STATE/images/program
}

# Every image has a context of its own, complete in itself, so that it may also be built on another machine.
images_gather() {
    local product folder context
    packages_install binutils
    for product in "${products[@]}"; do
        context=$STATE/images/$product folder=$(service_folder "$product")
        rm -rf "$context"
        mkdir -p "$context"
        cp "$root/deploy/images/service/"* "$context/"
        cp -r "$root/Services/${folder:-Egovctl}/Data" "$context/data"
        strip -o "$context/program" "$bin/$product"
    done
    for product in postgres kafka; do
        rm -rf "$STATE/images/$product"
        cp -r "$root/deploy/images/$product" "$STATE/images/$product"
    done
    cp "$root/deploy/lib/"{postgresql.conf,database.sql,archive-wal} "$STATE/images/postgres/"
    cp "$STATE/images/egovctl/program" "$STATE/images/postgres/egovctl"
    cp "$root/deploy/lib/kafka.properties" "$STATE/images/kafka/"
    # A broker needs neither Kafka Streams nor Connect, which are half of the distribution.
    mkdir -p "$STATE/images/kafka/distribution/libs"
    cp -r "$kafka_home/"{bin,config} "$STATE/images/kafka/distribution/"
    find "$kafka_home/libs" -name '*.jar' ! -name 'kafka-streams*' ! -name 'rocksdbjni*' ! -name 'connect-*' \
        -exec cp -t "$STATE/images/kafka/distribution/libs" {} +
    # Whoever made the checkout, others read what is in an image.
    chmod -R a+rX,u+w "$STATE/images"
}

# Secrets that are missing; those that are there belong to the operator.
secrets_make() {
    local folder=$STATE/compose name use password
    mkdir -p "$folder"
    chmod 700 "$folder"
    [ -e "$folder/postgres.password" ] || secrets_random >"$folder/postgres.password"
    [ -e "$folder/kafka.properties" ] || : >"$folder/kafka.properties"
    for name in $(service_names); do
        [ -s "$folder/$name.database-url" ] || {
            password=$(secrets_random)
            echo "postgresql://$name:$password@${POSTGRES_HOST:-postgres}:${POSTGRES_PORT:-5432}/$name" >"$folder/$name.database-url"
        }
    done
    if [ -n "$given_keys" ]; then
        cp -f "$given_keys/keys.jwks" "$folder/"
        for name in $(service_names); do cp -f "$given_keys/$name".{signing,opening}.pem "$folder/"; done
    else
        secrets_keys "$folder"
    fi
    [ -n "$development" ] || [ ! -s "$folder/sign-in.pem" ] ||
        warn "$folder has development keys from before: whoever holds sign-in.pem can speak for anybody"
    # Mounted for egovctl, which can do without it.
    [ -e "$folder/sign-in.pem" ] || : >"$folder/sign-in.pem"
    find "$folder" -type f -exec chmod 444 {} +
}

secrets_random() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# Keys that are missing: those of the services, and for development the one that signs people in.
secrets_keys() { # FOLDER
    local egovctl=("$bin/egovctl") only=()
    [ -s "$1/sign-in.pem" ] || rm -f "$1/sign-in.pem"
    [ -n "$development" ] || only=(--services-only)
    # What was built in a container may want libraries that are not here.
    [ -z "$in_container" ] ||
        egovctl=(docker run --rm --user "$(id -u):$(id -g)" -v "$1:$1" shanyraq/build /program/egovctl)
    "${egovctl[@]}" token keys --directory "$1" "${only[@]}" >"$STATE/run/keys.log" 2>&1 || {
        show_log "$STATE/run/keys.log"
        die "the keys could not be made"
    }
    [ -n "$development" ] || note "no key signs people in yet: add it to $1/keys.jwks, or give --keys FOLDER"
}
