# Messages, command running and the component table. Sourced by configure; needs $root and $dry_run.

# fail STATUS LINE...: an error for the user, what to do about it on further lines.
fail() {
    fail_status=$1
    shift
    printf 'ERROR: %s\n' "$1" >&2
    shift
    for fail_line do printf '       %s\n' "$fail_line" >&2; done
    exit "$fail_status"
}

# refuse STATUS TEXT: options that do not fit together, in OpenResty's words.
refuse() {
    printf '%s\n' "$2" >&2
    exit "$1"
}

warn() {
    printf 'WARNING: %s\n' "$*" >&2
}

# quote WORD...: the words as the shell would read them again, on one line.
quote() {
    quote_out=
    for quote_word do
        case $quote_word in
        '' | *[!A-Za-z0-9_./:=,+@%-]*)
            quote_word=\'$(printf '%s' "$quote_word" | sed "s/'/'\\\\''/g")\' ;;
        esac
        quote_out="$quote_out${quote_out:+ }$quote_word"
    done
    printf '%s' "$quote_out"
}

# run_in FOLDER COMMAND WORD...: shows the command and runs it there, unless this is a dry run.
run_in() {
    run_dir=$1
    shift
    echo "(cd $run_dir && $(quote "$@"))"
    [ -n "$dry_run" ] && return 0
    (cd "$run_dir" && "$@") || fail 1 "failed to run command: $(quote "$@")"
}

absolute() {
    case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s' "$start_dir/$1" ;;
    esac
}

# components KIND...: the table's rows of these kinds, without comments, in order.
components() {
    awk -v kinds=" $* " '!/^#/ && NF && index(kinds, " " $3 " ")' "$root/bundle/components"
}

# component_names: what configure calls each component.
component_names() {
    awk '!/^#/ && NF { print $2 }' "$root/bundle/components"
}

# Switches live in variables on_<name>: yes, no, or absent (its folder does not exist).
switched_on() {
    eval "[ \"\${on_$1:-}\" = yes ]"
}

switch_off() {
    switched_on "$1" || return 0
    eval "on_$1=no"
    [ -z "${2:-}" ] || warn "$1 is disabled: $2"
}
