# shellcheck shell=bash
# The Swift toolchain, which is only checked for, and the executables.

products=(natural-persons e-license egovctl dev-broker)

swift_check() {
    local version major minor
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [ -n "$version" ] || die "Swift 6.3 or later is needed and 'swift' is not on the PATH" \
        "install the toolchain of your distribution from https://www.swift.org/install/linux/ and run this again"
    major=${version%%.*} minor=${version#*.}
    [ "$major" -gt 6 ] || { [ "$major" = 6 ] && [ "$minor" -ge 3 ]; } ||
        die "Swift 6.3 or later is needed; this is $version" "https://www.swift.org/install/linux/"
}

# Builds for release and sets $bin to the folder of the executables; $bin given beforehand is used as it is.
build_release() {
    local product
    if [ -n "${bin:-}" ]; then
        for product in "${products[@]}"; do
            [ -x "$bin/$product" ] || die "$bin has no executable $product" "build first, or leave --binaries out"
        done
        return 0
    fi
    swift_check
    packages_to_build
    step "Building (release); the first time takes minutes"
    for product in "${products[@]}"; do
        (cd "$root" && swift build -c release --static-swift-stdlib --product "$product" >"$STATE/run/build.log" 2>&1) || {
            show_log "$STATE/run/build.log" 40
            die "the build of $product failed"
        }
    done
    bin=$(cd "$root" && swift build -c release --static-swift-stdlib --show-bin-path)
}
