# shellcheck shell=bash
# A Python of the judges' own with what they judge by. Leaves the judge with 77 (left out) where it cannot be had.

leave_out() {
    echo "left out: $*"
    exit 77
}

judges_bin() {
    bin=${TEST_BINARIES:-$root/.build/debug}
    [ -x "$bin/egovctl" ] || leave_out "no $bin/egovctl: swift build"
}

# Sets python. The versions are those that the judges were written against.
judges_python() {
    local folder=${TEST_STATE:-$root/.state}/judges-python
    command -v python3 >/dev/null || leave_out "no python3"
    if [ ! -e "$folder/complete" ]; then
        rm -rf "$folder"
        python3 -m venv "$folder" >/dev/null 2>&1 || leave_out "python3 -m venv does not work here (Debian: python3-venv)"
        "$folder/bin/pip" install --quiet --disable-pip-version-check --retries 2 --timeout 20 \
            openapi-spec-validator==0.9.0 cloudevents==2.2.0 schemathesis==4.32.5 >"$folder/pip.log" 2>&1 ||
            leave_out "PyPI cannot be reached: $(tail -n 1 "$folder/pip.log")"
        touch "$folder/complete"
    fi
    python=$folder/bin/python
}
